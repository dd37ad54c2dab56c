// A Status as an exception of pawl.errors.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <utility>

#include "engine/base/status.h"

namespace pawl::bindings {

// Raises what pawl.errors makes of `status`, which is an error. Holds the GIL.
[[noreturn]] inline void Raise(const Status& status) {
  namespace py = pybind11;
  const py::object make = py::module_::import("pawl.errors").attr("from_status");
  const py::object error = make(std::string(StatusCodeName(status.code())),
                                status.message(),
                                status.field(),
                                status.reason());
  PyErr_SetObject(py::reinterpret_borrow<py::object>(py::type::of(error)).ptr(), error.ptr());
  throw py::error_already_set();
}

// The value of `result`, or the exception.
template <typename T>
T ValueOrRaise(Result<T> result) {
  if (!result.ok()) Raise(result.status());
  return std::move(result).value();
}

inline void RaiseIfError(const Status& status) {
  if (!status.ok()) Raise(status);
}

// UTF-8, whatever the bytes are.
inline pybind11::str Text(const std::string& text) {
  PyObject* const made =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  if (made == nullptr) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(made);
}

template <typename T>
pybind11::object OrNone(const std::optional<T>& value) {
  if (!value) return pybind11::none();
  return pybind11::cast(*value);
}

}  // namespace pawl::bindings
