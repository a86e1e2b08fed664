// SPDX-License-Identifier: Apache-2.0

import LightClient

/// How CometBFT writes what execution brought about.
package enum ResultShape {
    package static func event(_ event: ChainEvent) -> JSONValue {
        [
            "type": .string(event.type),
            "attributes": .array(
                event.attributes.map { attribute in
                    [
                        "key": .string(attribute.key), "value": .string(attribute.value),
                        "index": .bool(attribute.isIndexed),
                    ]
                }),
        ]
    }

    /// In answers: every member is there.
    package static func transaction(_ result: TransactionResult) -> JSONValue {
        [
            "code": .int(result.code),
            "data": .base64OrNull(result.data),
            "log": .string(result.log),
            "info": .string(result.info),
            "gas_wanted": .text(result.gasWanted),
            "gas_used": .text(result.gasUsed),
            "events": .array(result.events.map(event)),
            "codespace": .string(result.codespace),
        ]
    }

    /// In a Tx event: members at their zero value are absent.
    package static func transactionEvent(
        _ result: TransactionResult, height: UInt64, index: Int, bytes: [UInt8]
    ) -> JSONValue {
        let inner: JSONValue = .compact([
            ("code", result.code == 0 ? nil : .int(result.code)),
            ("data", result.data.isEmpty ? nil : .base64(result.data)),
            ("log", result.log.isEmpty ? nil : .string(result.log)),
            ("gas_wanted", result.gasWanted == 0 ? nil : .text(result.gasWanted)),
            ("gas_used", result.gasUsed == 0 ? nil : .text(result.gasUsed)),
            ("events", result.events.isEmpty ? nil : .array(result.events.map(event))),
            ("codespace", result.codespace.isEmpty ? nil : .string(result.codespace)),
        ])
        return [
            "TxResult": .compact([
                ("height", .text(height)), ("index", index == 0 ? nil : .int(index)),
                ("tx", .base64(bytes)), ("result", inner),
            ])
        ]
    }

    package static func validatorUpdate(_ update: ValidatorUpdate) -> JSONValue {
        let (type, field): (String, String) =
            switch update.publicKey {
            case .ed25519: ("PublicKey_Ed25519", "ed25519")
            case .secp256k1: ("PublicKey_Secp256K1", "secp256k1")
            }
        let key: JSONValue = [
            "Sum": [
                "type": .string("tendermint.crypto.\(type)"),
                "value": .object([JSONMember(field, .base64(update.publicKey.bytes))]),
            ]
        ]
        return .compact([
            ("pub_key", key), ("power", update.power == 0 ? nil : .text(update.power)),
        ])
    }

    /// As block_results has them: zero values by absence.
    package static func parameterUpdates(_ parameters: ConsensusParameters) -> JSONValue {
        var members = common(parameters)
        let version = parameters.appVersion
        members.append(
            ("version", .compact([("app", version == 0 ? nil : .text(version))])))
        members.append(("abci", [:]))
        return .compact(members)
    }

    /// As consensus_params has them: in full.
    package static func parameters(_ parameters: ConsensusParameters) -> JSONValue {
        var members = common(parameters)
        members.append(("version", ["app": .text(parameters.appVersion)]))
        members.append(("abci", ["vote_extensions_enable_height": "0"]))
        return .compact(members)
    }

    private static func common(_ parameters: ConsensusParameters) -> [(String, JSONValue?)] {
        [
            (
                "block",
                [
                    "max_bytes": .text(parameters.blockMaxBytes),
                    "max_gas": .text(parameters.blockMaxGas),
                ]
            ),
            (
                "evidence",
                [
                    "max_age_num_blocks": .text(parameters.evidenceMaxAgeBlocks),
                    "max_age_duration": .text(parameters.evidenceMaxAgeNanoseconds),
                    "max_bytes": .text(parameters.evidenceMaxBytes),
                ]
            ),
            (
                "validator",
                ["pub_key_types": .array(parameters.validatorKeyTypes.map { .string($0) })]
            ),
        ]
    }
}
