#include "http/framing.h"

#include <fmt/format.h>
#include <http_parser.h>

#include <algorithm>

#include "base/text.h"
#include "http/chunk_check.h"
#include "http/head_check.h"

namespace tidings::http {

namespace {

constexpr int kMostEmptyLines = 4;
constexpr size_t kUsualHead = 2048;  // bytes that a connection keeps for the next head

}  // namespace

class Framing::Impl {
 public:
  explicit Impl(const FramingLimits& limits) : limits_(limits) {}

  Event Next(std::string_view& input) {
    switch (phase_) {
      case Phase::kHead: return TakeHead(input);
      case Phase::kLength: return TakeLength(input);
      case Phase::kChunked: return TakeChunked(input);
      case Phase::kEnd: return FinishRequest();
      case Phase::kError: break;
    }
    return Event::kError;
  }

  RequestHead head;
  std::string_view piece;
  FramingError error;

  bool started() const { return phase_ == Phase::kHead ? !text_.empty() : phase_ != Phase::kEnd; }

 private:
  enum class Phase { kHead, kLength, kChunked, kEnd, kError };

  Event TakeHead(std::string_view& input);
  Event FinishHead();
  Event TakeLength(std::string_view& input);
  Event TakeChunked(std::string_view& input);
  bool FinishLine();
  Event FinishRequest();
  bool Execute(std::string_view bytes);
  Event Refuse(int status, std::string detail);
  Event Disagree();

  void OnField(std::string_view part);
  void OnValue(std::string_view part);
  int OnHeadersComplete(http_parser* parser);
  static const http_parser_settings& Callbacks();
  static Impl& Of(http_parser* parser) { return *static_cast<Impl*>(parser->data); }

  const FramingLimits limits_;
  Phase phase_ = Phase::kHead;
  std::string text_;       // the head as far as it has come
  size_t line_begin_ = 0;  // in text_, of the line that is not complete
  int empty_lines_ = 0;    // in front of the request
  http_parser parser_{};
  ChunkCheck chunks_;
  uint64_t left_ = 0;  // of a body with a length
  // What libhttp-parser has reported since the last Execute.
  std::string field_, value_;
  bool in_value_ = false;
  bool headers_complete_ = false;
  bool message_complete_ = false;
  std::string_view body_;
};

// Takes the line that is complete now; true when it was the empty one that ends the head. A few
// empty lines in front of a request are let pass (RFC 9112, 2.2).
bool Framing::Impl::FinishLine() {
  bool empty = text_.size() == line_begin_ + 2;
  if (empty && line_begin_ > 0) return true;
  if (empty && ++empty_lines_ <= kMostEmptyLines) text_.clear();
  line_begin_ = text_.size();
  return false;
}

Framing::Event Framing::Impl::TakeHead(std::string_view& input) {
  while (!input.empty()) {
    size_t room = limits_.max_head + 1 - text_.size();
    size_t line_end = std::min(input.find('\n'), input.size() - 1) + 1;
    std::string_view part = input.substr(0, std::min(room, line_end));
    text_.append(part);
    input.remove_prefix(part.size());
    if (!std::all_of(part.begin(), part.end(), IsHeadByte)) {
      return Refuse(400, "A control character stands in the head of the request.");
    }
    if (text_.size() > limits_.max_head) {
      return Refuse(line_begin_ == 0 ? 414 : 431,
                    fmt::format("The head is longer than {} bytes.", limits_.max_head));
    }
    if (!part.ends_with('\n')) return Event::kNeedMore;
    if (!text_.ends_with("\r\n")) return Refuse(400, "A line of the head ends in a bare LF.");
    if (FinishLine()) return FinishHead();
  }
  return Event::kNeedMore;
}

Framing::Event Framing::Impl::FinishHead() {
  if (auto refused = CheckHead(text_, limits_)) return Refuse(refused->status, refused->detail);
  head = RequestHead();
  headers_complete_ = message_complete_ = in_value_ = false;
  field_.clear();
  value_.clear();
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
  if (!Execute(text_)) {
    if (HTTP_PARSER_ERRNO(&parser_) == HPE_INVALID_METHOD) {
      return Refuse(501, "This server does not know the method.");
    }
    return Disagree();
  }
  if (!headers_complete_ || message_complete_ == head.has_body()) return Disagree();
  left_ = head.length;
  chunks_ = ChunkCheck();
  phase_ = head.chunked ? Phase::kChunked : left_ > 0 ? Phase::kLength : Phase::kEnd;
  return Event::kHead;
}

Framing::Event Framing::Impl::TakeLength(std::string_view& input) {
  if (input.empty()) return Event::kNeedMore;
  auto count = static_cast<size_t>(std::min<uint64_t>(left_, input.size()));
  piece = input.substr(0, count);
  input.remove_prefix(count);
  left_ -= count;
  bool agreed = Execute(piece) && body_.size() == count && message_complete_ == (left_ == 0);
  if (!agreed) return Disagree();
  if (left_ == 0) phase_ = Phase::kEnd;
  return Event::kBody;
}

Framing::Event Framing::Impl::TakeChunked(std::string_view& input) {
  while (!input.empty()) {
    ChunkCheck::Run run = chunks_.Take(input);
    if (run.kind == ChunkCheck::Kind::kBad) return Refuse(400, chunks_.error());
    std::string_view part = input.substr(0, run.count);
    input.remove_prefix(run.count);
    if (run.kind == ChunkCheck::Kind::kPart) continue;
    bool is_data = run.kind == ChunkCheck::Kind::kData;
    // Lines go to the other reader when they are whole, so that both see the same.
    if (!Execute(is_data ? part : chunks_.line())) return Disagree();
    if (body_.size() != (is_data ? part.size() : 0)) return Disagree();
    if (message_complete_ != chunks_.done()) return Disagree();
    if (is_data) return piece = part, Event::kBody;
    if (chunks_.done()) return FinishRequest();
  }
  return Event::kNeedMore;
}

Framing::Event Framing::Impl::FinishRequest() {
  phase_ = Phase::kHead;
  text_.clear();
  if (text_.capacity() > kUsualHead) text_ = {};
  line_begin_ = 0;
  empty_lines_ = 0;
  return Event::kEnd;
}

bool Framing::Impl::Execute(std::string_view bytes) {
  body_ = {};
  size_t taken = http_parser_execute(&parser_, &Callbacks(), bytes.data(), bytes.size());
  return taken == bytes.size() && HTTP_PARSER_ERRNO(&parser_) == HPE_OK;
}

Framing::Event Framing::Impl::Refuse(int status, std::string detail) {
  phase_ = Phase::kError;
  error = {status, std::move(detail)};
  return Event::kError;
}

Framing::Event Framing::Impl::Disagree() {
  const char* why = http_errno_description(HTTP_PARSER_ERRNO(&parser_));
  return Refuse(400, fmt::format("The request is malformed: {}.", why));
}

void Framing::Impl::OnField(std::string_view part) {
  if (headers_complete_) return;  // a trailer; nobody asked for it
  if (in_value_) {
    head.headers.Add(std::move(field_), std::string(Trim(value_)));
    field_.clear();
    value_.clear();
    in_value_ = false;
  }
  field_.append(part);
}

void Framing::Impl::OnValue(std::string_view part) {
  if (headers_complete_) return;
  in_value_ = true;
  value_.append(part);
}

int Framing::Impl::OnHeadersComplete(http_parser* parser) {
  if (in_value_) head.headers.Add(std::move(field_), std::string(Trim(value_)));
  headers_complete_ = true;
  head.method = http_method_str(static_cast<http_method>(parser->method));
  head.minor_version = parser->http_minor;
  head.keep_alive = http_should_keep_alive(parser) != 0;
  head.chunked = (parser->flags & F_CHUNKED) != 0;
  bool has_length = (parser->flags & F_CONTENTLENGTH) != 0;
  head.length = has_length ? parser->content_length : 0;
  parser->upgrade = 0;  // an offer to change the protocol may be ignored, and is
  return 0;
}

const http_parser_settings& Framing::Impl::Callbacks() {
  static const http_parser_settings kCallbacks = [] {
    http_parser_settings s;
    http_parser_settings_init(&s);
    s.on_url = [](http_parser* p, const char* at, size_t n) {
      return Of(p).head.target.append(at, n), 0;
    };
    s.on_header_field = [](http_parser* p, const char* at, size_t n) {
      return Of(p).OnField({at, n}), 0;
    };
    s.on_header_value = [](http_parser* p, const char* at, size_t n) {
      return Of(p).OnValue({at, n}), 0;
    };
    s.on_headers_complete = [](http_parser* p) { return Of(p).OnHeadersComplete(p); };
    s.on_body = [](http_parser* p, const char* at, size_t n) { return Of(p).body_ = {at, n}, 0; };
    s.on_message_complete = [](http_parser* p) { return Of(p).message_complete_ = true, 0; };
    return s;
  }();
  return kCallbacks;
}

Framing::Framing(const FramingLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
Framing::Framing(Framing&&) noexcept = default;
Framing::~Framing() = default;
Framing::Event Framing::Next(std::string_view& input) { return impl_->Next(input); }
RequestHead& Framing::head() { return impl_->head; }
std::string_view Framing::piece() const { return impl_->piece; }
const FramingError& Framing::error() const { return impl_->error; }
bool Framing::started() const { return impl_->started(); }

}  // namespace tidings::http
