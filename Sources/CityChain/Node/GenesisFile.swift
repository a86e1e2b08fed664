// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient

/// The genesis as a node keeps and answers it: what a restart must not change.
struct GenesisFile {
    let time: Timestamp
    let configuration: NodeConfiguration

    private static let name = "genesis.json"

    /// Reads the genesis of a home folder, or makes and writes it at `now`.
    static func open(
        _ configuration: NodeConfiguration, now: Timestamp
    ) throws(NodeError) -> GenesisFile {
        guard let directory = configuration.directory else {
            return GenesisFile(time: now, configuration: configuration)
        }
        let path = "\(directory)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else {
            let made = GenesisFile(time: now, configuration: configuration)
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
                try Data(made.json.encoded).write(to: URL(filePath: path), options: .atomic)
            } catch {
                throw .cannotWrite(path: path)
            }
            return made
        }
        return try read(path, configuration)
    }

    private static func read(
        _ path: String, _ configuration: NodeConfiguration
    ) throws(NodeError) -> GenesisFile {
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let json = try? JSONParser.parse(Array(data)),
            let text = json["app_state"]?["genesis_unix_nanoseconds"]?.string,
            let nanoseconds = Int64(text)
        else { throw .genesisUnreadable(path: path) }
        let file = GenesisFile(
            time: Timestamp(unixNanoseconds: nanoseconds), configuration: configuration)
        for field in ["chain_id", "app_hash", "consensus_params", "app_state"]
        where json[field] != file.json[field] {
            throw .genesisDiffers(path: path, field: field)
        }
        return file
    }

    var parameters: ConsensusParameters {
        var parameters = ConsensusParameters()
        parameters.appVersion = configuration.appVersion
        return parameters
    }

    var application: CityGenesis {
        CityGenesis(
            code: configuration.code, people: configuration.people,
            balanceFen: configuration.balanceFen)
    }

    /// CometBFT's genesis document.
    var json: JSONValue {
        [
            "genesis_time": .time(time),
            "chain_id": .string(configuration.chainID),
            "initial_height": "1",
            "consensus_params": ResultShape.parameters(parameters),
            "app_hash": "",
            "app_state": [
                "genesis_unix_nanoseconds": .text(time.unixNanoseconds),
                "code": .string(configuration.code),
                "powers": .array(configuration.powers.map { .text($0) }),
                "accounts": .array(
                    CityGenesis.roles.map { role in
                        .string(application.address(of: role)?.text ?? "")
                    }),
                "people": .text(configuration.people),
                "balance_fen": .text(configuration.balanceFen),
            ],
        ]
    }
}
