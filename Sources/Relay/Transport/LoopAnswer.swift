// SPDX-License-Identifier: Apache-2.0

import CUV
import Synchronization

// Unsafe: uv_sem_t at a stable address.

/// One value that another thread waits for.
///
/// `@unchecked Sendable`, because `value` is a `Mutex` and a semaphore is made for several threads.
@safe
package final class LoopAnswer<Value: Sendable>: @unchecked Sendable {
    private let value = Mutex<Result<Value, any Error>?>(nil)
    private let semaphore: UnsafeMutablePointer<uv_sem_t>

    package init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe uv_sem_init(semaphore, 0)
    }

    deinit {
        unsafe uv_sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    package func put(_ result: Result<Value, any Error>) {
        value.withLock { $0 = result }
        unsafe uv_sem_post(semaphore)
    }

    package func wait() -> Result<Value, any Error> {
        unsafe uv_sem_wait(semaphore)
        return value.withLock { $0 }
            ?? .failure(TransportError(.loopStopped, "the loop ended before it answered"))
    }
}
