// A piece of a message on the bus.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::bus {

// Owns its bytes; moving moves them, whatever their size. Used by one thread at a time.
class Frame {
 public:
  Frame();                                 // no bytes
  explicit Frame(std::string_view bytes);  // copies
  explicit Frame(const char* text) : Frame(std::string_view(text)) {}
  explicit Frame(std::string&& bytes);  // takes them over, without a copy where they are many
  Frame(Frame&& other) noexcept;
  Frame& operator=(Frame&& other) noexcept;
  ~Frame();

  std::string_view bytes() const;  // valid until the frame is moved from, changed or gone
  size_t size() const { return bytes().size(); }

  void* handle() { return message_; }  // the zmq_msg_t, for bus/ itself

 private:
  alignas(void*) mutable unsigned char message_[64];
};

// One message: its frames arrive together or not at all.
using Frames = std::vector<Frame>;

// MakeFrames("WORK", std::move(body)): a frame of each.
template <class... Parts>
Frames MakeFrames(Parts&&... parts) {
  Frames frames;
  frames.reserve(sizeof...(parts));
  (frames.emplace_back(std::forward<Parts>(parts)), ...);
  return frames;
}

}  // namespace tidings::bus
