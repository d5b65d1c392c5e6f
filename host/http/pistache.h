// Pistache's headers, without the macro TRY they define, which is also the name of one of ours.
#pragma once

#pragma push_macro("TRY")
#undef TRY
#include <pistache/async.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>
#undef TRY
#pragma pop_macro("TRY")
