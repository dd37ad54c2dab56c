#include "server/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <utility>

#include "engine/base/utf8.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {

namespace {

// What goes over the wire or into JSON is text.
CLI::Option& OfText(CLI::Option* option) {
  option->check([](const std::string& text) {
    return IsUtf8(text) ? std::string() : "'" + SafeText(text) + "' is not UTF-8";
  });
  return *option;
}

// CLI11's own checks tell of a range of 300 digits.
CLI::Validator AtLeast(int least, const char* name) {
  const auto check = [least](const std::string& text) {
    const bool is_enough = std::strtod(text.c_str(), nullptr) >= least;
    return is_enough ? std::string()
                     : "'" + SafeText(text) + "' is less than " + std::to_string(least);
  };
  return {check, name};
}

}  // namespace

Option& Option::Required(bool is_required) {
  option_->required(is_required);
  return *this;
}

Option& Option::TypeName(std::string name) {
  option_->type_name(std::move(name));
  return *this;
}

Option& Option::ShowDefault() {
  option_->capture_default_str();
  return *this;
}

Option& Option::ShowDefault(std::string text) {
  option_->default_str(std::move(text));
  return *this;
}

Option& Option::FromEnvironment(std::string variable) {
  option_->envname(std::move(variable));
  return *this;
}

Option& Option::OneValueEach() {
  option_->allow_extra_args(false);
  return *this;
}

Option& Option::Excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Option& Option::OneOf(std::vector<std::string> words) {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

Option& Option::Positive() {
  option_->check(AtLeast(1, "POSITIVE"));
  return *this;
}

Option& Option::NotNegative() {
  option_->check(AtLeast(0, "NONNEGATIVE"));
  return *this;
}

Option& Option::Check(std::function<std::string(const std::string&)> check) {
  option_->check(std::move(check));
  return *this;
}

Command Command::AddCommand(std::string name, std::string help) {
  return Command(*app_->add_subcommand(std::move(name), std::move(help)));
}

void Command::NeedCommand() {
  app_->require_subcommand(1);
}

void Command::Footer(std::string text) {
  app_->footer(std::move(text));
}

void Command::Run(std::function<void()> run) {
  app_->callback(std::move(run));
}

Option Command::AddOption(std::string names, std::string& value, std::string help) {
  return Option(OfText(app_->add_option(std::move(names), value, std::move(help))));
}

Option Command::AddOption(std::string names, std::optional<std::string>& value, std::string help) {
  return Option(OfText(app_->add_option(std::move(names), value, std::move(help))));
}

Option Command::AddOption(std::string names, std::uint32_t& value, std::string help) {
  return Option(*app_->add_option(std::move(names), value, std::move(help)));
}

Option Command::AddOption(std::string names,
                          std::optional<std::uint32_t>& value,
                          std::string help) {
  return Option(*app_->add_option(std::move(names), value, std::move(help)));
}

Option Command::AddOption(std::string names, std::uint64_t& value, std::string help) {
  return Option(*app_->add_option(std::move(names), value, std::move(help)));
}

Option Command::AddOption(std::string names,
                          std::optional<std::uint64_t>& value,
                          std::string help) {
  return Option(*app_->add_option(std::move(names), value, std::move(help)));
}

Option Command::AddOption(std::string names, std::optional<double>& value, std::string help) {
  return Option(*app_->add_option(std::move(names), value, std::move(help)));
}

Option Command::AddOption(std::string names, std::vector<std::string>& values, std::string help) {
  return Option(OfText(app_->add_option(std::move(names), values, std::move(help))));
}

Option Command::AddFlag(std::string names, bool& value, std::string help) {
  return Option(*app_->add_flag(std::move(names), value, std::move(help)));
}

}  // namespace pawl::cli
