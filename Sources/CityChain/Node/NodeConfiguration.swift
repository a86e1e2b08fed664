// SPDX-License-Identifier: Apache-2.0

/// How one city chain runs: one process, all its validators inside, one node's RPC outside.
package struct NodeConfiguration: Hashable, Sendable {
    package var chainID: String
    /// Division code, part of every key text.
    package var code: String
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var port: UInt16 = 0
    /// Nil: nothing survives the process.
    package var directory: String?
    /// Voting powers of val0, val1, …; those with 0 may join later.
    package var powers: [Int64] = [40, 30, 20, 10]
    /// Milliseconds between blocks; 0: only on demand.
    package var blockMilliseconds: UInt64 = 1_000
    /// Milliseconds between a block being shown and being executed, to imitate a slow application.
    package var executionDelayMilliseconds: UInt64 = 0
    package var people = 200
    package var balanceFen: UInt64 = 100_000_000
    /// Goes into the version of every header.
    package var appVersion: UInt64 = 0
    /// Blocks kept; nil: the chain's own limit.
    package var retainedHeights: Int?
    /// Opens the methods `lab_…`, which break things on demand.
    package var isLab = false
    /// Where the record office answers; nil: there is none. Loopback alone: it speaks plain HTTP.
    package var office: Listening?
    /// Salts and index key of the office come from here; nil: from the system's randomness.
    package var officeSeed: [UInt8]?

    /// A place to listen at.
    package struct Listening: Hashable, Sendable {
        package var host: String
        /// 0: any free port.
        package var port: UInt16

        package init(host: String = "127.0.0.1", port: UInt16 = 0) {
            self.host = host
            self.port = port
        }

        package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }
    }

    package init(chainID: String, code: String) {
        self.chainID = chainID
        self.code = code
    }
}

/// Why a node did not start.
package enum NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    case genesisUnreadable(path: String)
    case genesisDiffers(path: String, field: String)
    case cannotWrite(path: String)
    case chain(ChainError)
    case keys
    case officeUnreadable(path: String)
    case officeNotLoopback(host: String)

    package var description: String {
        switch self {
        case .genesisUnreadable(let path):
            "\(path) is no genesis of a city chain: restore it, or start with an empty --home"
        case .genesisDiffers(let path, let field):
            "\(path) was made with another \(field): start with the same one or an empty --home"
        case .cannotWrite(let path): "\(path) cannot be written: check the folder and its rights"
        case .chain(let error): "the chain did not start: \(error)"
        case .keys: "the laboratory's keys could not be derived"
        case .officeUnreadable(let path):
            "\(path) is no file of a record office: restore it; without it the city's records "
                + "cannot be shown any more"
        case .officeNotLoopback(let host):
            "the record office would listen on \(host): it speaks plain HTTP, so give 127.0.0.1"
        }
    }
}
