// SPDX-License-Identifier: Apache-2.0

import CityChain
import Glibc
import LightClient
import Synchronization
import TestSupport

// Unsafe: a POSIX thread and its argument; neither leaves this file.

/// Plays one recorded chain as its node answered: a JSON-RPC server whose latest height goes where
/// a test sends it. Transactions are taken and kept, never executed: the recorded chain's later
/// blocks are what happens.
///
/// `@unchecked Sendable`: what changes is behind `state`; `loop` belongs to
/// the server's thread, and the rest is set before the initialiser returns.
@safe final class ReplayNode: @unchecked Sendable {
    struct State: Sendable {
        var tip: Int64
        var broadcasts: [[UInt8]] = []
        /// Keys whose next proof comes with one bit flipped, in hex.
        var spoiled: Set<String> = []
        /// Proofs that were given so.
        var spoilt: [String: Int] = [:]
        /// Questions about state that the recording does not hold, by path.
        var unanswered: [String: Int] = [:]
    }

    let tape: ReplayTape
    /// The chain that hosted clients follow: their states are its headers.
    let followed: RecordedChain
    let state: Mutex<State>
    private(set) var port: UInt16 = 0
    private var mailbox: LoopMailbox?
    /// Touched on the server's thread alone.
    private var loop: EventLoop?
    private var thread = pthread_t()
    private let started = Mutex<Result<(UInt16, LoopMailbox), any Error>?>(nil)

    init(_ tape: ReplayTape, followed: RecordedChain, tip: Int64) throws {
        self.tape = tape
        self.followed = followed
        state = Mutex(State(tip: tip))
        let argument = unsafe Unmanaged.passRetained(self).toOpaque()
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ReplayNode>.fromOpaque(argument).takeRetainedValue().live()
                return nil
            }, argument)
        guard status == 0 else { throw RecordedChain.Failure.missing("a thread") }
        while started.withLock({ $0 == nil }) { usleep(500) }
        guard let (port, mailbox) = try started.withLock({ try $0?.get() }) else { return }
        self.port = port
        self.mailbox = mailbox
    }

    var tip: Int64 {
        get { state.withLock { $0.tip } }
        set { state.withLock { $0.tip = newValue } }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Stops the server and waits for its thread.
    func stop() {
        mailbox?.post { [self] in loop?.stop() }
        pthread_join(thread, nil)
    }

    private func live() {
        do {
            let loop = try EventLoop()
            var dispatcher = RPCDispatcher()
            dispatcher.methods = methods
            let server = try HTTPServer(
                on: loop, host: "127.0.0.1", port: 0, dispatcher: dispatcher)
            self.loop = loop
            started.withLock { $0 = .success((server.port, loop.mailbox)) }
            loop.run()
            server.close()
        } catch {
            started.withLock { $0 = .failure(error) }
        }
        loop = nil
    }
}
