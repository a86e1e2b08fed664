// SPDX-License-Identifier: Apache-2.0

/// One city of a run: its chain, its relay, and where both are reached.
struct City: Hashable {
    let name: String
    /// Division code, GB/T 2260.
    let code: String
    let chainID: String
    /// Ports on loopback.
    let rpcPort: Int
    let relayPort: Int

    /// The fund centre's institution code: fifteen digits that begin with the division.
    var institution: String { "\(code)000000000" }
    var member: String { "\(code)/\(institution)" }
    /// Where its own applications and people reach its relay.
    var apiPort: Int { relayPort + 50 }
    /// Where its record office answers, to its own relay alone.
    var officePort: Int { relayPort + 60 }
    var rpc: String { "http://127.0.0.1:\(rpcPort)" }
}

extension City {
    /// The city that comes in while the others work.
    static let nanjing = City(
        name: "Nanjing", code: "320100", chainID: "nanjing-320100-1", rpcPort: 27410,
        relayPort: 27400)
}
