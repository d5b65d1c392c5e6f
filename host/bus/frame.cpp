#include "bus/frame.h"

#include <cstring>
#include <memory>
#include <new>

#include "bus/internal.h"

namespace tidings::bus {
namespace {

static_assert(sizeof(zmq_msg_t) == 64 && alignof(zmq_msg_t) <= alignof(void*));

constexpr size_t kWorthKeeping = 1024;  // below this a copy is cheaper than a second allocation

zmq_msg_t* Message(void* storage) { return static_cast<zmq_msg_t*>(storage); }

void FreeText(void*, void* hint) {
  TakeOver(hint);
  std::unique_ptr<std::string> gone(static_cast<std::string*>(hint));
}

void InitCopy(void* storage, std::string_view bytes) {
  if (zmq_msg_init_size(Message(storage), bytes.size()) != 0) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(zmq_msg_data(Message(storage)), bytes.data(), bytes.size());
}

}  // namespace

Frame::Frame() { zmq_msg_init(Message(message_)); }

Frame::Frame(std::string_view bytes) { InitCopy(message_, bytes); }

Frame::Frame(std::string&& bytes) {
  if (bytes.size() < kWorthKeeping) {
    InitCopy(message_, bytes);
    return;
  }
  auto owned = std::make_unique<std::string>(std::move(bytes));
  if (zmq_msg_init_data(Message(message_), owned->data(), owned->size(), FreeText, owned.get()) !=
      0) {
    throw std::bad_alloc();
  }
  HandOver(owned.get());
  owned.release();  // FreeText has it now
}

Frame::Frame(Frame&& other) noexcept {
  zmq_msg_init(Message(message_));
  zmq_msg_move(Message(message_), Message(other.message_));
}

Frame& Frame::operator=(Frame&& other) noexcept {
  if (this != &other) zmq_msg_move(Message(message_), Message(other.message_));
  return *this;
}

Frame::~Frame() { zmq_msg_close(Message(message_)); }

std::string_view Frame::bytes() const {
  return {static_cast<const char*>(zmq_msg_data(Message(message_))),
          zmq_msg_size(Message(message_))};
}

}  // namespace tidings::bus
