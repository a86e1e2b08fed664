// SPDX-License-Identifier: Apache-2.0

import CUV

// Unsafe: one uv_timer_t at a stable address.

/// Names one scheduled piece of work.
package struct LoopTimer: Hashable, Sendable {
    let id: UInt64
}

/// All timers of one loop on a single uv_timer_t: a binary heap of deadlines, with the work beside
/// it so that cancelling costs one dictionary removal. Touched on the loop's thread only.
@safe
final class LoopTimers {
    private struct Entry {
        let deadline: UInt64
        let id: UInt64
    }

    private let uv: UnsafeMutablePointer<uv_loop_t>
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private var heap: [Entry] = []
    private var work: [UInt64: () -> Void] = [:]
    private var nextID: UInt64 = 0
    private var isClosed = false

    init(_ uv: UnsafeMutablePointer<uv_loop_t>) {
        unsafe self.uv = unsafe uv
        unsafe handle = .allocate(capacity: 1)
        unsafe uv_timer_init(uv, handle)
        unsafe handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { unsafe handle.deallocate() }

    func schedule(afterMilliseconds delay: Int, _ body: @escaping () -> Void) -> LoopTimer {
        nextID += 1
        guard !isClosed else { return LoopTimer(id: nextID) }
        unsafe uv_update_time(uv)
        let entry = unsafe Entry(deadline: uv_now(uv) + UInt64(max(0, delay)), id: nextID)
        work[entry.id] = body
        push(entry)
        if heap[0].id == entry.id { arm() }
        return LoopTimer(id: entry.id)
    }

    func cancel(_ timer: LoopTimer) {
        work[timer.id] = nil
        // Dead entries leave when their time comes; many of them are swept out at once.
        if heap.count > 64, heap.count > 2 * work.count {
            let living = heap.filter { work[$0.id] != nil }
            heap = []
            for entry in living { push(entry) }
        }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        work = [:]
        heap = []
        unsafe handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            unsafe uv_close($0, nil)
        }
    }

    private func arm() {
        guard let first = heap.first, !isClosed else { return }
        let now = unsafe uv_now(uv)
        let delay = first.deadline > now ? first.deadline - now : 0
        unsafe uv_timer_start(
            handle,
            { handle in
                guard let owner = unsafe handle?.pointee.data else { return }
                unsafe Unmanaged<LoopTimers>.fromOpaque(owner).takeUnretainedValue().fire()
            }, delay, 0)
    }

    private func fire() {
        let now = unsafe uv_now(uv)
        // Work scheduled from here waits for the next turn, so this ends.
        let lastID = nextID
        while let first = heap.first, first.deadline <= now, first.id <= lastID {
            pop()
            work.removeValue(forKey: first.id)?()
        }
        arm()
    }

    private func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func pop() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
