// SPDX-License-Identifier: Apache-2.0

internal import Glibc
import Synchronization

// Unsafe: a POSIX thread and its argument; neither leaves this file.

/// A node on a thread of its own, for tests and demos that share a process with it.
@safe package final class RunningNode: Sendable {
    package let port: UInt16
    /// Nil without a record office.
    package let officePort: UInt16?
    private let mailbox: LoopMailbox
    private let box: NodeBox
    private let thread: Mutex<pthread_t?>

    /// Starts the node and returns once it listens; throws what its start threw.
    package init(_ configuration: NodeConfiguration) throws {
        let box = NodeBox(configuration)
        self.box = box
        var handle = pthread_t()
        let argument = unsafe Unmanaged.passRetained(box).toOpaque()
        let status = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<NodeBox>.fromOpaque(argument).takeRetainedValue().live()
                return nil
            }, argument)
        guard status == 0 else {
            unsafe Unmanaged<NodeBox>.fromOpaque(argument).release()
            throw LoopError("start a thread", -status)
        }
        thread = Mutex(handle)
        (port, officePort, mailbox) = try box.started.wait().get()
    }

    /// Runs `body` on the node's thread and waits for it; nil when the node has stopped.
    package func perform<Value: Sendable>(
        _ body: @escaping @Sendable (CityNode) -> Value
    ) -> Value? {
        let answer = Latch<Value?>()
        let isPosted = mailbox.post { [box] in
            // The mailbox runs its actions on the node's thread.
            answer.open(unsafe box.node.map(body))
        }
        return isPosted ? answer.wait() : nil
    }

    /// Stops the node and waits for its thread.
    package func stop() {
        mailbox.post { [box] in unsafe box.node?.stop() }
        let handle = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let handle { _ = pthread_join(handle, nil) }
    }
}

/// What the two threads share.
///
/// `@unchecked Sendable`: `node` is touched on the node's thread alone.
private final class NodeBox: @unchecked Sendable {
    let started = Latch<Result<(UInt16, UInt16?, LoopMailbox), any Error>>()
    nonisolated(unsafe) private(set) var node: CityNode?
    private let configuration: NodeConfiguration

    init(_ configuration: NodeConfiguration) { self.configuration = configuration }

    func live() {
        do {
            let node = try CityNode(configuration)
            unsafe self.node = node
            started.open(.success((node.port, node.officePort, node.mailbox)))
            try node.run()
        } catch {
            started.open(.failure(error))
        }
        unsafe node = nil
    }
}

/// A value that one thread waits for and another brings.
private final class Latch<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    /// Microseconds between two looks: a start takes milliseconds.
    private static var pause: useconds_t { 200 }

    func open(_ value: Value) {
        self.value.withLock { $0 = $0 ?? value }
    }

    func wait() -> Value {
        while true {
            if let value = value.withLock({ $0 }) { return value }
            usleep(Latch.pause)
        }
    }
}
