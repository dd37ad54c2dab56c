#include "server_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/check.h"

namespace pawl::test {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe MakePipe() {
  int ends[2] = {};
  PAWL_CHECK(pipe(ends) == 0);
  return {.read_end = ends[0], .write_end = ends[1]};
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings)
    pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

PawlProcess::PawlProcess(const std::string& command,
                         const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment) {
  std::vector<std::string> words = {PAWL_PROGRAM, command};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment;
  // Servers of several tests run side by side.
  variables.emplace_back("PAWL_HTTP_ADDRESS=127.0.0.1:0");
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  const std::vector<char*> argv = Pointers(words);
  const std::vector<char*> envp = Pointers(variables);
  const Pipe out = MakePipe();
  const Pipe error = MakePipe();
  pid_ = fork();
  PAWL_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    dup2(out.write_end, STDOUT_FILENO);
    dup2(error.write_end, STDERR_FILENO);
    for (const int end : {out.read_end, out.write_end, error.read_end, error.write_end})
      close(end);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(out.write_end);
  close(error.write_end);
  out_ = out.read_end;
  error_ = error.read_end;
}

PawlProcess::~PawlProcess() {
  if (pid_ >= 0) {
    Signal(SIGKILL);
    WaitForEnd();
  }
  close(out_);
  close(error_);
}

std::string PawlProcess::WaitForReady() {
  std::string line;
  char character = 0;
  while (read(out_, &character, 1) == 1 && character != '\n')
    line += character;
  return line;
}

std::string PawlProcess::WaitForAddress() {
  const std::string line = WaitForReady();
  const std::string before = "grpc ";
  const std::size_t begin = line.find(before) + before.size();
  return line.substr(begin, line.find(',') - begin);
}

void PawlProcess::Signal(int number) const {
  kill(pid_, number);
}

int PawlProcess::WaitForEnd() {
  int status = 0;
  PAWL_CHECK(waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string PawlProcess::ErrorOutput() {
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(error_, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace pawl::test
