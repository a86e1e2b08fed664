// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// All decisions of one relay, as a pure state machine.
///
/// The decider thread takes all events that have gathered, calls `handle` once, commits the one
/// `journal` effect, and only then releases the other effects. Every answer may come late, twice or
/// never; every effect may be lost with the process.
package struct RelayEngine: Sendable {
    package let configuration: EngineConfiguration

    package init(configuration: EngineConfiguration, snapshot: JournalSnapshot, now: Timestamp) {
        self.configuration = configuration
    }

    package mutating func handle(_ events: [EngineEvent], now: Timestamp) -> [EngineEffect] {
        []
    }
}
