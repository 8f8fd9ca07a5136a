#include "mnist/distributed/sockets.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "mnist/error.hpp"
#include "mnist/files/file_descriptor.hpp"

namespace mnist {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// At least one.
Addresses resolve(const std::string& host, int port, int kind) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = kind;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error == 0) return {found, &::freeaddrinfo};
  throw Error("cannot find the address of '{}': {}", host, ::gai_strerror(error));
}

FileDescriptor socket_for(const addrinfo& address) {
  return FileDescriptor(
      ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol));
}

std::string last_error() { return std::generic_category().message(errno); }

bool is_listened_on(const std::string& host, int port) {
  const Addresses addresses = resolve(host, port, SOCK_STREAM);
  for (const addrinfo* address = addresses.get(); address; address = address->ai_next) {
    const FileDescriptor socket = socket_for(*address);
    // A machine that is not up yet answers nothing at all.
    const timeval at_most{.tv_sec = 2, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &at_most, sizeof at_most);
    if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0) return true;
  }
  return false;
}

/// Nothing once `is_there` is; else, when the time is over, what the last try ended with. A name
/// may not be known yet, as its machine is starting too.
template <typename Condition>
std::optional<std::string> wait_for(std::chrono::seconds patience, const Condition& is_there) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::string why;
  do {
    try {
      if (is_there()) return std::nullopt;
      why = last_error();
    } catch (const Error& error) {
      why = error.what();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (std::chrono::steady_clock::now() < end);
  return why;
}

}  // namespace

int listen_on(const std::string& host, int port) {
  const Addresses addresses = resolve(host, port, SOCK_STREAM);
  const FileDescriptor socket = socket_for(*addresses);
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket.get(), addresses->ai_addr, addresses->ai_addrlen) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    throw Error("cannot listen on {}, port {}, where the processes are to meet: {}", host, port,
                last_error());
  }
  return ::dup(socket.get());
}

void wait_for_address(const std::string& host, int port, std::chrono::seconds patience) {
  const auto missing = wait_for(patience, [&] {
    resolve(host, port, SOCK_STREAM);
    return true;
  });
  if (missing) throw Error("{}, for {} s", *missing, patience.count());
}

void wait_for_listener(const std::string& host, int port, std::chrono::seconds patience) {
  const auto missing = wait_for(patience, [&] { return is_listened_on(host, port); });
  if (!missing) return;
  throw Error("rank 0 was not to be found at {}, port {}, for {} s: {}", host, port,
              patience.count(), *missing);
}

std::string own_address_towards(const std::string& host, int port) {
  const Addresses addresses = resolve(host, port, SOCK_DGRAM);
  const FileDescriptor socket = socket_for(*addresses);  // of UDP: to connect it sends nothing
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  std::array<char, NI_MAXHOST> text{};
  if (::connect(socket.get(), addresses->ai_addr, addresses->ai_addrlen) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0 ||
      ::getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
    throw Error("there is no way to {}: {}", host, last_error());
  }
  return text.data();
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace mnist
