// SPDX-License-Identifier: Apache-2.0

package import LightClient
import RelayTransport
import Synchronization

/// What a verifier owns: its caches, and nothing else.
package struct VerifierState: Sendable {
    package var signatures = SignatureVerifier()

    package init() {}
}

/// A small fixed number of threads that run pure functions over immutable snapshots: signatures and
/// proofs.
///
/// `@unchecked Sendable`, because each `Worker`'s state is touched on its own loop's thread alone.
final class VerifierPool: @unchecked Sendable {
    typealias Job = @Sendable (inout VerifierState) -> Void

    /// Jobs that may wait. Beyond it peers are asked to come back: a queue would only hide the
    /// load.
    static let waitingJobs = 256

    private final class Worker: @unchecked Sendable {
        let loop: EventLoop
        var state = VerifierState()

        init(_ loop: EventLoop) { self.loop = loop }
    }

    private let workers: [Worker]
    private let queue = Mutex<[Job]>([])

    init(threads: Int) throws {
        workers = try (0..<max(1, threads)).map { index in
            Worker(try EventLoop(name: "verifier-\(index)"))
        }
    }

    /// False when too many jobs wait; then this one is not taken.
    func run(_ job: @escaping Job) -> Bool {
        let place = queue.withLock { jobs -> Int? in
            guard jobs.count < VerifierPool.waitingJobs else { return nil }
            jobs.append(job)
            return jobs.count
        }
        guard let place else { return false }
        // Whichever worker wakes takes the oldest job; a wake-up that finds none costs little.
        let worker = workers[place % workers.count]
        return worker.loop.post { [self] in work(worker) }
    }

    func stop() {
        for worker in workers { worker.loop.stop() }
    }

    private func work(_ worker: Worker) {
        while let job = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            job(&worker.state)
        }
    }
}
