// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayTransport
import Synchronization

/// The lines of this relay's accounts beside its own: one an account, whoever uses it. Letters and
/// licences whose configuration names the same key so never use one sequence twice.
package final class AccountLines: Sendable {
    private let loop: EventLoop
    private let configuration: ConnectorConfiguration
    private let now: @Sendable () -> Timestamp
    private let lines = Mutex<[String: AccountLine]>([:])

    /// - Parameter configuration: the relay's own; each line's account stands in for its.
    package init(
        loop: EventLoop, configuration: ConnectorConfiguration,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.loop = loop
        self.configuration = configuration
        self.now = now
    }

    /// The account's one line. Throws what keeps it from asking our nodes.
    package func line(of account: AccountKey) throws -> AccountLine {
        let address = account.address.description
        return try lines.withLock { lines in
            if let known = lines[address] { return known }
            var configuration = configuration
            configuration.account = account
            let line = try AccountLine(loop: loop, configuration: configuration, now: now)
            lines[address] = line
            return line
        }
    }

    package func stop() {
        let all = lines.withLock { lines in
            let all = Array(lines.values)
            lines = [:]
            return all
        }
        for line in all { line.stop() }
    }
}
