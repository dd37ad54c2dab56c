// The words of a command line: commands, and their options, flags and arguments. It is CLI11 behind
// two small classes: each source that includes CLI11 compiles seconds of it anew, and there is one
// source for each command.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pawl::cli {

// An option, flag or argument. A handle: it lives as long as the program's CLI::App.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& Required(bool is_required = true);
  // What the help calls its value, such as "TIME".
  Option& TypeName(std::string name);
  // The help shows as the default what the variable has now, or `text`.
  Option& ShowDefault();
  Option& ShowDefault(std::string text);
  // The environment variable that stands in for it.
  Option& FromEnvironment(std::string variable);
  // Of one that may be given many times: its name stands before each value.
  Option& OneValueEach();
  // Not beside the other one.
  Option& Excludes(const Option& other);

  // --- What it accepts; anything else is wrong usage ---
  Option& OneOf(std::vector<std::string> words);
  Option& Positive();
  Option& NotNegative();
  // `check` gives what is wrong with the text, or nothing.
  Option& Check(std::function<std::string(const std::string&)> check);

 private:
  CLI::Option* option_;
};

// A command of `pawl`, or of another command. A handle, as above. What options are read into
// outlives the parsing.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  Command AddCommand(std::string name, std::string help);
  // One of its commands has to be given.
  void NeedCommand();
  // Stands below the help: examples.
  void Footer(std::string text);
  // What runs once the whole line is read.
  void Run(std::function<void()> run);

  // `names`: "-n,--name" of an option, or "NAME" of an argument.
  Option AddOption(std::string names, std::string& value, std::string help);
  Option AddOption(std::string names, std::optional<std::string>& value, std::string help);
  Option AddOption(std::string names, std::uint32_t& value, std::string help);
  Option AddOption(std::string names, std::optional<std::uint32_t>& value, std::string help);
  Option AddOption(std::string names, std::uint64_t& value, std::string help);
  Option AddOption(std::string names, std::optional<std::uint64_t>& value, std::string help);
  Option AddOption(std::string names, std::optional<double>& value, std::string help);
  // Many may be given.
  Option AddOption(std::string names, std::vector<std::string>& values, std::string help);
  Option AddFlag(std::string names, bool& value, std::string help);

 private:
  CLI::App* app_;
};

}  // namespace pawl::cli
