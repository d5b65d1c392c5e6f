#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

namespace tidings {
namespace {

tl::unexpected<Error> SystemFailure(const char* what, const std::filesystem::path& path) {
  auto code = errno == ENOENT   ? Code::kNotFound
              : errno == EACCES ? Code::kPermissionDenied
                                : Code::kUnavailable;
  return Fail(code, fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> ReadFile(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemFailure("read", path);
  std::string content;
  char buffer[65536];
  for (;;) {
    ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemFailure("read", path);
    if (count == 0) return content;
    content.append(buffer, static_cast<size_t>(count));
  }
}

Status WriteFile(const std::filesystem::path& path, std::string_view content) {
  auto beside = path;
  beside += fmt::format(".{}.new", ::getpid());
  {
    Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) return SystemFailure("write", beside);
    if (!WriteAll(file.get(), content) || ::fsync(file.get()) != 0) {
      auto failure = SystemFailure("write", beside);
      ::unlink(beside.c_str());
      return failure;
    }
  }
  if (::rename(beside.c_str(), path.c_str()) == 0) return {};
  auto failure = SystemFailure("replace", path);
  ::unlink(beside.c_str());
  return failure;
}

TempDir::TempDir(const std::string& prefix) {
  auto pattern = (std::filesystem::temp_directory_path() / (prefix + "-XXXXXX")).string();
  if (!::mkdtemp(pattern.data())) {
    throw std::runtime_error("cannot make a temporary folder like " + pattern);
  }
  ::chmod(pattern.c_str(), 0755);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tidings
