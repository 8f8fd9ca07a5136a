#pragma once

#include <chrono>
#include <string>

// What the processes of a group need of TCP before c10d can talk.
namespace mnist {

/// The descriptor of a socket that listens on that address alone, for the caller to close. Throws
/// `Error` where it cannot.
int listen_on(const std::string& host, int port);

/// Waits until the name has an address. Throws `Error` where it gets none in that time.
void wait_for_address(const std::string& host, int port, std::chrono::seconds patience);

/// Waits until somebody listens there. Throws `Error` where nobody does in that time.
void wait_for_listener(const std::string& host, int port, std::chrono::seconds patience);

/// This machine's address on the way to another, as numbers.
std::string own_address_towards(const std::string& host, int port);

/// What this machine calls itself.
std::string host_name();

}  // namespace mnist
