// agent/base/workers.cpp: one queue, oldest piece first.
#include "agent/base/workers.hpp"

#include <algorithm>
#include <utility>

namespace tributary {

Workers::Workers(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { help(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  begun_.notify_all();
  for (auto& thread : threads_) thread.join();
}

Workers::Handle Workers::begin(std::function<void()> work) {
  auto piece = std::make_shared<Piece>();
  piece->work_ = std::move(work);
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(piece);
  }
  begun_.notify_one();
  return piece;
}

void Workers::wait(const Handle& piece) {
  std::unique_lock lock(mutex_);
  if (piece->state_ == Piece::State::waiting) {
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), piece));
    run(lock, *piece);
  }
  while (piece->state_ != Piece::State::done) {
    if (waiting_.empty()) {
      done_.wait(lock);
    } else {
      const auto other = waiting_.front();
      waiting_.pop_front();
      run(lock, *other);
    }
  }
}

void Workers::forget(const Handle& piece) {
  const std::lock_guard lock(mutex_);
  if (piece->state_ != Piece::State::waiting) return;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), piece));
  piece->work_ = nullptr;
}

bool Workers::is_done(const Handle& piece) {
  const std::lock_guard lock(mutex_);
  return piece->state_ == Piece::State::done;
}

void Workers::help() {
  std::unique_lock lock(mutex_);
  for (;;) {
    begun_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    const auto piece = waiting_.front();
    waiting_.pop_front();
    run(lock, *piece);
  }
}

void Workers::run(std::unique_lock<std::mutex>& lock, Piece& piece) {
  piece.state_ = Piece::State::running;
  lock.unlock();
  piece.work_();
  piece.work_ = nullptr;
  lock.lock();
  piece.state_ = Piece::State::done;
  done_.notify_all();
}

}  // namespace tributary
