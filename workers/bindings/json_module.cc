// pawl._json: JSON text to Python's objects and back, for what is plain. Whatever is not (an error,
// a type of the user's, a number or a text that needs care) is left to Python's json, whose answer
// and whose error then stand: pawl/payload.py asks here first. Both would say the same.
#include <pybind11/pybind11.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/limits.h"
#include "engine/json/arena.h"
#include "engine/json/member_names.h"
#include "engine/json/number.h"
#include "engine/json/small_stack.h"
#include "engine/json/string_text.h"
#include "engine/json/text_reader.h"
#include "engine/json/text_scan.h"
#include "engine/json/write.h"

namespace pawl::bindings {
namespace {

namespace py = pybind11;

// Values nested deeper are left to Python's encoder, which also finds those that hold themselves.
constexpr int kWriteDepthMax = 200;

py::object Checked(PyObject* made) {
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

py::object NotPlain() {
  return py::reinterpret_borrow<py::object>(Py_NotImplemented);
}

// The text of a str (UTF-8) or bytes, as long as the object lives. False where a str has none.
// Throws error_already_set (TypeError) where it is neither.
bool TextOf(const py::object& text, std::string_view& view) {
  Py_ssize_t size = 0;
  if (PyBytes_Check(text.ptr())) {
    view = {PyBytes_AS_STRING(text.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(text.ptr()))};
    return true;
  }
  const char* const data = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (data == nullptr) {
    if (PyErr_ExceptionMatches(PyExc_UnicodeError) == 0) throw py::error_already_set();
    PyErr_Clear();
    return false;
  }
  view = {data, static_cast<std::size_t>(size)};
  return true;
}

// Makes Python's objects of a text. Finished ones wait on a stack until their container ends.
// Objects of a list often have the same names: one str serves for all. Throws error_already_set.
class PythonSink {
 public:
  PythonSink() = default;
  PythonSink(const PythonSink&) = delete;
  PythonSink& operator=(const PythonSink&) = delete;

  ~PythonSink() { Drop(0); }

  std::string_view Name(json::RawString raw) { return json::Decode(raw, arena_); }

  void Null() { Push(py::none()); }

  void Boolean(bool value) { Push(py::bool_(value)); }

  void Number(std::string_view text) {
    if (text.find_first_of(".eE") != std::string_view::npos)
      return Push(py::float_(json::NumberToDouble(text)));
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc()) return Push(py::int_(value));
    Push(Checked(PyLong_FromString(std::string(text).c_str(), nullptr, 10)));
  }

  void String(json::RawString raw) { Push(MakeString(json::Decode(raw, arena_))); }

  std::size_t BeginContainer() { return values_.size(); }

  void EndArray(std::size_t begin) {
    const std::span<PyObject*> items = values_.From(begin);
    py::list list(items.size());
    Py_ssize_t i = 0;
    for (PyObject* const item : items)
      PyList_SET_ITEM(list.ptr(), i++, item);
    values_.Truncate(begin);
    Push(std::move(list));
  }

  void EndObject(std::size_t begin, std::span<const json::MemberName> names) {
    py::dict dict;
    for (std::size_t i = 0; i < names.size(); ++i) {
      PyObject* const item = values_.From(begin)[i];
      if (PyDict_SetItem(dict.ptr(), MakeName(names[i]).ptr(), item) != 0)
        throw py::error_already_set();
    }
    Drop(begin);
    Push(std::move(dict));
  }

  py::object root() { return py::reinterpret_borrow<py::object>(values_.back()); }

 private:
  static constexpr std::size_t kInlineValues = 64;
  static constexpr std::size_t kNames = 64;
  // The greatest character of a str that is ASCII.
  static constexpr Py_UCS4 kAsciiMax = 127;

  struct KnownName {
    std::string_view text = {};
    py::object object = {};
  };

  static py::object MakeString(std::string_view text) {
    const auto size = static_cast<Py_ssize_t>(text.size());
    const char* const end = text.data() + text.size();
    if (text.empty() || json::SkipPlainAscii(text.data(), end) != end)
      return Checked(PyUnicode_DecodeUTF8(text.data(), size, nullptr));
    py::object made = Checked(PyUnicode_New(size, kAsciiMax));
    std::memcpy(PyUnicode_1BYTE_DATA(made.ptr()), text.data(), text.size());
    return made;
  }

  py::handle MakeName(const json::MemberName& name) {
    KnownName& known = names_.at(name.fingerprint % kNames);
    if (!known.object || known.text != name.text()) {
      known.object = MakeString(name.text());
      known.text = name.text();
    }
    return known.object;
  }

  void Push(py::object value) { values_.Push(value.release().ptr()); }

  void Drop(std::size_t begin) {
    for (PyObject* const value : values_.From(begin))
      Py_DECREF(value);
    values_.Truncate(begin);
  }

  json::Arena arena_;
  json::SmallStack<PyObject*, kInlineValues> values_;
  std::array<KnownName, kNames> names_;
};

// Appends the text of plain values: None, bool, int of 64 bits, finite float, str, list, tuple and
// dict with names of str; of these very types, since a subclass may say otherwise what it is. No
// code of Python runs meanwhile, so nothing changes under it.
class Writer {
 public:
  // False where the value is not plain; `text()` means nothing then.
  bool Write(PyObject* value, int depth = 0) {
    if (PyUnicode_CheckExact(value)) return WriteString(value);
    if (PyDict_CheckExact(value)) return depth < kWriteDepthMax && WriteDict(value, depth);
    if (PyList_CheckExact(value) || PyTuple_CheckExact(value))
      return depth < kWriteDepthMax && WriteSequence(value, depth);
    if (PyLong_CheckExact(value)) return WriteInt(value);
    if (PyFloat_CheckExact(value)) return WriteFloat(PyFloat_AS_DOUBLE(value));
    if (value == Py_None) {
      text_ += "null";
    } else if (value == Py_True) {
      text_ += "true";
    } else if (value == Py_False) {
      text_ += "false";
    } else {
      return false;
    }
    return true;
  }

  const std::string& text() const { return text_; }

 private:
  bool WriteString(PyObject* value) {
    if (PyUnicode_IS_COMPACT_ASCII(value)) {
      json::WriteStringTo(text_,
                          {reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(value)),
                           static_cast<std::size_t>(PyUnicode_GET_LENGTH(value))});
      return true;
    }
    const auto utf8 = py::reinterpret_steal<py::object>(PyUnicode_AsUTF8String(value));
    if (!utf8) {
      // A surrogate on its own: there is no UTF-8 of it.
      PyErr_Clear();
      return false;
    }
    json::WriteStringTo(
        text_,
        {PyBytes_AS_STRING(utf8.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(utf8.ptr()))});
    return true;
  }

  bool WriteInt(PyObject* value) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0) return false;
    std::array<char, 24> digits = {};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    text_.append(digits.data(), end);
    return true;
  }

  // As repr() writes it.
  bool WriteFloat(double value) {
    if (!std::isfinite(value)) return false;
    char* const digits = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr);
    if (digits == nullptr) throw py::error_already_set();
    text_ += digits;
    PyMem_Free(digits);
    return true;
  }

  bool WriteSequence(PyObject* value, int depth) {
    PyObject** const items = PySequence_Fast_ITEMS(value);
    const Py_ssize_t size = PySequence_Fast_GET_SIZE(value);
    text_ += '[';
    for (Py_ssize_t i = 0; i < size; ++i) {
      if (i > 0) text_ += ',';
      if (!Write(items[i], depth + 1)) return false;
    }
    text_ += ']';
    return true;
  }

  bool WriteDict(PyObject* value, int depth) {
    Py_ssize_t position = 0;
    PyObject* name = nullptr;
    PyObject* item = nullptr;
    char before = '{';
    while (PyDict_Next(value, &position, &name, &item) != 0) {
      text_ += before;
      before = ',';
      if (!PyUnicode_CheckExact(name) || !WriteString(name)) return false;
      text_ += ':';
      if (!Write(item, depth + 1)) return false;
    }
    if (before == '{') text_ += '{';
    text_ += '}';
    return true;
  }

  std::string text_;
};

py::object Read(const py::object& text) {
  std::string_view view;
  if (!TextOf(text, view)) return NotPlain();
  PythonSink sink;
  try {
    if (!json::TextReader<PythonSink>(view, kJsonDepthMax, sink).Read().ok()) return NotPlain();
  } catch (const py::error_already_set& error) {
    // An int of more digits than Python reads.
    if (!error.matches(PyExc_ValueError)) throw;
    return NotPlain();
  }
  return sink.root();
}

py::object Write(const py::object& value) {
  Writer writer;
  if (!writer.Write(value.ptr())) return NotPlain();
  return py::bytes(writer.text());
}

}  // namespace

PYBIND11_MODULE(_json, module) {
  module.doc() = "JSON of plain values; use pawl.payload.";
  module.def("read", &Read);
  module.def("write", &Write);
}

}  // namespace pawl::bindings
