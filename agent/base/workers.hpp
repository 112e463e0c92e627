// agent/base/workers.hpp: threads that help with small pieces of work which would otherwise be done by one alone.
//
// Order      `begin` a piece, later `wait` for it or `forget` it. A piece that nobody has begun is done by the one who
//            waits for it: with no threads at all everything works, one after the other. While somebody else does it,
//            whoever waits does others.
// Threads    all may be called from any thread.
// Failure    none of its own: work must not throw, and keeps its result itself.
// Ownership  a piece keeps its work alive until that is done; what the work touches must live as long. All pieces are
//            waited for or forgotten before the workers go.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tributary {

class Workers {
 public:
  class Piece {
    friend class Workers;
    enum class State : std::uint8_t { waiting, running, done };
    std::function<void()> work_;
    State state_ = State::waiting;
  };
  using Handle = std::shared_ptr<Piece>;

  /// `threads` beside those that wait.
  explicit Workers(std::size_t threads);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  [[nodiscard]] std::size_t threads() const { return threads_.size(); }
  [[nodiscard]] Handle begin(std::function<void()> work);
  void wait(const Handle& piece);
  /// What nobody has begun will not be done; what runs comes to its end some time.
  void forget(const Handle& piece);
  [[nodiscard]] bool is_done(const Handle& piece);

 private:
  void help();
  void run(std::unique_lock<std::mutex>& lock, Piece& piece);

  std::mutex mutex_;
  std::condition_variable begun_, done_;
  std::deque<Handle> waiting_;  // oldest first
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tributary
