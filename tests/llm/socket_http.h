// The simplest HTTP client that can talk to the mock: one connection for each call, no TLS.
#pragma once

#include "tidings/testing.hpp"

// Carries out the call of a plugin on loopback. What goes wrong is in the answer's `error`.
tidings::sdk::testing::FakeHttpAnswer CallBySocket(const tidings::sdk::testing::FakeHttpCall& call);
