// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient

/// The genesis as a node keeps and answers it: what a restart must not change.
struct GenesisFile {
    let time: Timestamp
    let configuration: NodeConfiguration
    /// States of records that the chain began with.
    let records: [RecordEntry]

    private static let name = "genesis.json"

    /// Reads the genesis of a home folder, or makes and writes it at `now`.
    static func open(
        _ configuration: NodeConfiguration, now: Timestamp, records: [RecordEntry] = []
    ) throws(NodeError) -> GenesisFile {
        let made = GenesisFile(time: now, configuration: configuration, records: records)
        guard let directory = configuration.directory else { return made }
        let path = "\(directory)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else {
            try makeFolder(directory)
            do {
                try Data(made.json.encoded).write(to: URL(filePath: path), options: .atomic)
            } catch {
                throw .cannotWrite(path: path)
            }
            return made
        }
        return try read(path, configuration)
    }

    static func makeFolder(_ directory: String) throws(NodeError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: directory)
        }
    }

    private static func read(
        _ path: String, _ configuration: NodeConfiguration
    ) throws(NodeError) -> GenesisFile {
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let json = try? JSONParser.parse(Array(data)),
            let text = json["app_state"]?["genesis_unix_nanoseconds"]?.string,
            let nanoseconds = Int64(text),
            let kept = json["app_state"]?["records"]?.array
        else { throw .genesisUnreadable(path: path) }
        var records: [RecordEntry] = []
        for item in kept {
            guard let bytes = item.string.flatMap({ Base64.decode($0) }),
                let entry = try? RecordEntry(reading: bytes)
            else { throw .genesisUnreadable(path: path) }
            records.append(entry)
        }
        let file = GenesisFile(
            time: Timestamp(unixNanoseconds: nanoseconds), configuration: configuration,
            records: records)
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
            balanceFen: configuration.balanceFen, records: records)
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
                "records": .array(records.map { .base64($0.encoded) }),
            ],
        ]
    }
}
