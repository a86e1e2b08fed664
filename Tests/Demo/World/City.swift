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

    /// The centre's own name, for texts at the counter.
    var localName: String {
        let names = [
            "110000": "北京住房公积金管理中心", "320100": "南京住房公积金管理中心",
            "330100": "杭州市住房公积金管理中心", "431300": "娄底市住房公积金管理中心",
        ]
        return names[code] ?? name
    }
    /// The fund centre's institution code: fifteen digits that begin with the division.
    var institution: String { "\(code)000000000" }
    var member: String { "\(code)/\(institution)" }
    /// Where its own applications and people reach its relay.
    var apiPort: Int { relayPort + 50 }
    /// Where its record office answers, to its own relay alone.
    var officePort: Int { relayPort + 60 }
    var rpc: String { "http://127.0.0.1:\(rpcPort)" }
}

/// The cities of `make demo`.
extension City {
    static let hangzhou = City(
        name: "Hangzhou", code: "330100", chainID: "hangzhou-330100-1", rpcPort: 27110,
        relayPort: 27100)
    static let beijing = City(
        name: "Beijing", code: "110000", chainID: "beijing-110000-1", rpcPort: 27210,
        relayPort: 27200)
    static let loudi = City(
        name: "Loudi", code: "431300", chainID: "loudi-431300-1", rpcPort: 27310, relayPort: 27300)
    /// Comes in while the others work.
    static let nanjing = City(
        name: "Nanjing", code: "320100", chainID: "nanjing-320100-1", rpcPort: 27410,
        relayPort: 27400)

    static let founders = [hangzhou, beijing, loudi]
}
