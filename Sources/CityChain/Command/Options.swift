// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient

/// A mistake in the arguments, and the way out.
struct OptionError: Error, CustomStringConvertible {
    let description: String
}

/// The arguments of one command.
struct Options {
    private var values: [String: String] = [:]

    private static let flags: Set<String> = ["--lab"]
    private static let known: Set<String> = [
        "--chain-id", "--code", "--name", "--rpc", "--home", "--validators", "--powers",
        "--block-ms", "--execution-ms", "--app-version", "--people", "--balance-fen", "--keep",
        "--office", "--office-seed",
    ]

    /// Powers of the first four validators; each further one has the last.
    private static let defaultPowers: [Int64] = [40, 30, 20, 10]

    init(_ arguments: [String]) throws {
        var index = 0
        while index < arguments.count {
            let name = arguments[index]
            if Options.flags.contains(name) {
                values[name] = "true"
                index += 1
                continue
            }
            guard Options.known.contains(name) else {
                throw OptionError(description: "unknown option \(name); see citychain help")
            }
            guard index + 1 < arguments.count else {
                throw OptionError(description: "\(name) needs a value")
            }
            values[name] = arguments[index + 1]
            index += 2
        }
    }

    var code: String { values["--code"] ?? "" }
    var name: String { values["--name"] ?? values["--chain-id"] ?? "" }
    var people: Int { values["--people"].flatMap { Int($0) } ?? 200 }

    func configuration() throws -> NodeConfiguration {
        guard let chainID = values["--chain-id"], !code.isEmpty else {
            throw OptionError(description: "--chain-id and --code are needed; see citychain help")
        }
        var result = NodeConfiguration(chainID: chainID, code: code)
        let address = (values["--rpc"] ?? "127.0.0.1:26657").split(separator: ":")
        guard address.count == 2, let port = UInt16(address[1]) else {
            throw OptionError(description: "--rpc must be HOST:PORT, for example 127.0.0.1:26657")
        }
        result.host = String(address[0])
        result.port = port
        result.directory = values["--home"]
        result.powers = try powers()
        result.blockMilliseconds = try number("--block-ms") ?? result.blockMilliseconds
        result.executionDelayMilliseconds = try number("--execution-ms") ?? 0
        result.appVersion = try number("--app-version") ?? 0
        result.people = Int(try number("--people") ?? UInt64(result.people))
        result.balanceFen = try number("--balance-fen") ?? result.balanceFen
        result.retainedHeights = try number("--keep").map { Int(clamping: $0) }
        result.isLab = values["--lab"] != nil
        result.office = try office()
        result.officeSeed = try officeSeed()
        return result
    }

    private func office() throws -> NodeConfiguration.Listening? {
        guard let text = values["--office"] else { return nil }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else {
            throw OptionError(
                description: "--office must be HOST:PORT, for example 127.0.0.1:26680")
        }
        return NodeConfiguration.Listening(host: String(parts[0]), port: port)
    }

    private func officeSeed() throws -> [UInt8]? {
        guard let text = values["--office-seed"] else { return nil }
        guard let seed = Hex.decode(text), seed.count >= 16 else {
            throw OptionError(description: "--office-seed must be 32 hex digits or more")
        }
        return seed
    }

    private func powers() throws -> [Int64] {
        if let text = values["--powers"] {
            let list = text.split(separator: ",").map { Int64($0) ?? -1 }
            guard !list.isEmpty, list.allSatisfy({ $0 >= 0 }) else {
                throw OptionError(description: "--powers must be numbers, for example 40,30,20,10")
            }
            return list
        }
        let count = Int(clamping: try number("--validators") ?? 4)
        guard count >= 4 else {
            throw OptionError(description: "--validators must be 4 or more")
        }
        let extra = count - Options.defaultPowers.count
        return Options.defaultPowers
            + [Int64](repeating: Options.defaultPowers.last ?? 1, count: extra)
    }

    private func number(_ name: String) throws -> UInt64? {
        guard let text = values[name] else { return nil }
        guard let number = UInt64(text) else {
            throw OptionError(description: "\(name) must be a whole number, not \(text)")
        }
        return number
    }
}
