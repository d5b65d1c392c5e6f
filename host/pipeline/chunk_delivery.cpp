#include "pipeline/chunk_delivery.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include <fmt/core.h>

namespace tidings::pipeline {
namespace {

constexpr auto kLook = std::chrono::milliseconds(20);

// Answers of vendors on their way to the lane that waits for them. Shared with the callbacks, which
// may come late.
class Answers {
 public:
  struct Answer {
    size_t flight = 0;
    Result<Outcome> result;
  };

  void Put(Answer answer) {
    std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    arrived_.notify_one();
  }
  std::deque<Answer> Wait(Duration limit) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, limit, [this] { return !answers_.empty(); });
    return std::exchange(answers_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Answer> answers_;  // guarded by mutex_
};

// Messages that travel together, by index. A group that was cut to find a poison message is not
// merged with others again.
using Group = std::vector<size_t>;

struct Flight {
  size_t vendor = 0;
  Group group;
};

class Delivery {
 public:
  Delivery(Vendors& vendors, std::vector<Message> messages, const std::vector<int>& numbers,
           Time now, const DeliveryOptions& options)
      : vendors_(vendors),
        messages_(std::move(messages)),
        numbers_(numbers),
        now_(now),
        options_(options),
        waiting_(vendors.size()),
        orders_(messages_.size()),
        tried_(messages_.size(), 0) {}

  void PlanRoutes(const Route& route) {
    std::vector<size_t> everyone(vendors_.size());
    for (size_t i = 0; i < everyone.size(); ++i) everyone[i] = i;
    auto standard = std::make_shared<const std::vector<size_t>>(std::move(everyone));
    std::vector<Group> first(vendors_.size());
    for (size_t i = 0; i < messages_.size(); ++i) {
      orders_[i] = standard;
      if (route && !PlanRoute(route, i)) continue;
      first[orders_[i]->front()].push_back(i);
    }
    for (size_t v = 0; v < first.size(); ++v) Enqueue(v, std::move(first[v]));
  }

  Delivered Run() {
    while (unsettled() || !flights_.empty()) {
      bool go_on = !options_.go_on || options_.go_on();
      if (go_on) SubmitWhatMayGo();
      if (!go_on && flights_.empty()) break;
      for (auto& answer : answers_->Wait(kLook)) OnAnswer(answer.flight, answer.result);
    }
    for (const auto& groups : waiting_) {
      for (const Group& group : groups) {
        for (size_t i : group) out_.unsent.push_back(numbers_[i]);
      }
    }
    return std::move(out_);
  }

 private:
  bool unsettled() const {
    return std::any_of(waiting_.begin(), waiting_.end(), [](const auto& q) { return !q.empty(); });
  }

  bool PlanRoute(const Route& route, size_t i) {
    auto order = route(messages_[i]);
    if (order && !order->empty()) {
      orders_[i] = std::make_shared<const std::vector<size_t>>(std::move(*order));
      return true;
    }
    GiveUp(i, order ? "the route script chose no vendor" : order.error().message);
    return false;
  }

  void Enqueue(size_t vendor, Group group) {
    for (size_t from = 0; from < group.size(); from += options_.batch) {
      size_t to = std::min(from + options_.batch, group.size());
      waiting_[vendor].emplace_back(group.begin() + static_cast<ptrdiff_t>(from),
                                    group.begin() + static_cast<ptrdiff_t>(to));
    }
  }

  void SubmitWhatMayGo() {
    for (size_t v = 0; v < waiting_.size(); ++v) {
      while (!waiting_[v].empty() && SubmitOne(v)) {
      }
    }
  }

  // False when nothing more can go to this vendor now.
  bool SubmitOne(size_t vendor) {
    Group group = std::move(waiting_[vendor].front());
    waiting_[vendor].pop_front();
    auto admission = vendors_.Admit(vendor, group.size());
    if (admission.messages == 0) {
      if (admission.away) group = WithoutThoseWhoCanGoOn(std::move(group));
      bool moved_on = group.empty();
      if (!moved_on) waiting_[vendor].push_front(std::move(group));
      return moved_on;
    }
    if (admission.messages < group.size()) {
      auto cut = group.begin() + static_cast<ptrdiff_t>(admission.messages);
      waiting_[vendor].emplace_front(cut, group.end());
      group.erase(cut, group.end());
    }
    Launch(vendor, std::move(group));
    return true;
  }

  void Launch(size_t vendor, Group group) {
    Batch batch;
    batch.now = now_;
    auto& items = batch.items.emplace<std::vector<Message>>();
    items.reserve(group.size());
    for (size_t i : group) items.push_back(messages_[i]);
    size_t number = next_flight_++;
    flights_.emplace(number, Flight{vendor, std::move(group)});
    vendors_.at(vendor).submit(batch, [answers = answers_, number](Result<Outcome> result) {
      answers->Put({number, std::move(result)});
    });
  }

  // The vendor is away. Those with another one to try go there; who has none left waits.
  Group WithoutThoseWhoCanGoOn(Group group) {
    Group stay;
    for (size_t i : group) {
      if (!GoOn(i)) stay.push_back(i);
    }
    FlushNext();
    return stay;
  }

  // Puts the message on its way to its next vendor; false when there is none.
  bool GoOn(size_t i) {
    if (tried_[i] + 1 >= orders_[i]->size()) return false;
    next_[(*orders_[i])[++tried_[i]]].push_back(i);
    return true;
  }
  void FlushNext() {
    for (auto& [vendor, group] : std::exchange(next_, {})) Enqueue(vendor, std::move(group));
  }

  void OnAnswer(size_t number, Result<Outcome>& result) {
    Flight flight = std::move(flights_.at(number));
    flights_.erase(number);
    if (result && result->verdicts.size() != flight.group.size()) {
      result = Fail(Code::kInternal, "the vendor's answer does not fit its batch");
    }
    vendors_.Settle(flight.vendor, flight.group.size(), result);
    if (result) {
      OnVerdicts(flight, *result);
    } else if (result.error().code == Code::kInvalidArgument) {
      Halve(flight, result.error());
    } else {
      bool nothing_done = result.error().code == Code::kUnavailable;
      for (size_t i : flight.group) {
        if (nothing_done && GoOn(i)) continue;
        nothing_done ? Retry(i, {}, result.error().message) : Doubt(i, result.error().message);
      }
      Note(flight, {0, static_cast<int>(flight.group.size()), 0});
    }
    FlushNext();
  }

  struct Counts {
    int accepted = 0, retried = 0, rejected = 0;
  };

  void OnVerdicts(const Flight& flight, const Outcome& outcome) {
    Counts counts;
    for (size_t k = 0; k < flight.group.size(); ++k) {
      size_t i = flight.group[k];
      const Verdict& verdict = outcome.verdicts[k];
      switch (verdict.code) {
        case VerdictCode::kAccept:
          ++counts.accepted;
          out_.verdicts.push_back({numbers_[i], crm::Answer::kAccepted, {}, ""});
          break;
        case VerdictCode::kRetry:
          ++counts.retried;
          if (!GoOn(i)) Retry(i, verdict.retry_after, verdict.reason);
          break;
        case VerdictCode::kReject:
        case VerdictCode::kDrop:
          ++counts.rejected;
          Reject(i, verdict.reason.empty() ? "refused without a reason" : verdict.reason);
          break;
      }
    }
    Note(flight, counts);
  }

  void Halve(const Flight& flight, const Error& error) {
    if (flight.group.size() == 1) {
      Note(flight, {0, 0, 1});
      return GiveUp(flight.group[0], error.message);
    }
    auto middle = flight.group.begin() + static_cast<ptrdiff_t>(flight.group.size() / 2);
    waiting_[flight.vendor].emplace_front(middle, flight.group.end());
    waiting_[flight.vendor].emplace_front(flight.group.begin(), middle);
  }

  void Retry(size_t i, Duration after, const std::string& reason) {
    std::string why = reason.empty() ? "the vendor asked to try again" : reason;
    out_.verdicts.push_back({numbers_[i], crm::Answer::kRetry, after, why});
  }
  void Doubt(size_t i, const std::string& reason) {
    Retry(i, options_.unknown_pause, "unknown: " + reason);
  }
  void Reject(size_t i, const std::string& reason) {
    out_.verdicts.push_back({numbers_[i], crm::Answer::kRejected, {}, reason});
  }
  void GiveUp(size_t i, const std::string& reason) {
    Reject(i, reason);
    out_.poison.push_back({numbers_[i], reason, messages_[i]});
  }

  void Note(const Flight& flight, Counts counts) {
    auto [low, high] = std::minmax_element(flight.group.begin(), flight.group.end());
    const auto& vendor = vendors_.at(flight.vendor);
    std::string runner = vendor.runner ? vendor.runner() : "";
    size_t space = runner.rfind(' ');
    out_.dispatches.push_back({numbers_[*low], numbers_[*high],
                               static_cast<int>(messages_[*low].attempt), vendor.name,
                               space == std::string::npos ? "" : runner.substr(space + 1),
                               counts.accepted, counts.retried, counts.rejected});
  }

  Vendors& vendors_;
  const std::vector<Message> messages_;
  const std::vector<int>& numbers_;
  const Time now_;
  const DeliveryOptions& options_;

  std::vector<std::deque<Group>> waiting_;                          // by vendor
  std::vector<std::shared_ptr<const std::vector<size_t>>> orders_;  // by message
  std::vector<size_t> tried_;  // by message: the place in its order
  std::map<size_t, Group> next_;
  std::unordered_map<size_t, Flight> flights_;
  size_t next_flight_ = 1;
  const std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  Delivered out_;
};

}  // namespace

Delivered DeliverMessages(Vendors& vendors, std::vector<Message> messages,
                          const std::vector<int>& numbers, Time now, const Route& route,
                          const DeliveryOptions& options) {
  Delivery delivery(vendors, std::move(messages), numbers, now, options);
  delivery.PlanRoutes(route);
  return delivery.Run();
}

}  // namespace tidings::pipeline
