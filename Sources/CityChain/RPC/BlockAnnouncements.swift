// SPDX-License-Identifier: Apache-2.0

import LightClient

/// What a node announces when a block is executed, in CometBFT's order.
package enum BlockAnnouncements {
    package static func all(of stored: StoredBlock) -> [Announcement] {
        guard let results = stored.results else { return [] }
        let output = results.output
        let blockEvents = output.events.indexed
        var list = [
            Announcement("NewBlock", newBlock(stored, results), events: blockEvents),
            Announcement(
                "NewBlockHeader", ["header": BlockShape.header(stored.block.header)]),
            Announcement(
                "NewBlockEvents",
                [
                    "height": .text(stored.height),
                    "events": .listOrNull(output.events.map(ResultShape.event)),
                    "num_txs": .text(stored.block.transactions.count),
                ], events: blockEvents),
        ]
        for (index, (bytes, result)) in zip(
            stored.block.transactions, output.transactionResults
        ).enumerated() {
            let record = TransactionRecord(
                hash: SHA256.hash(bytes), height: stored.height, index: index, bytes: bytes,
                result: result)
            list.append(
                Announcement(
                    "Tx",
                    ResultShape.transactionEvent(
                        result, height: stored.height, index: index, bytes: bytes),
                    events: record.indexedEvents))
        }
        if !results.validatorUpdates.isEmpty {
            list.append(
                Announcement(
                    "ValidatorSetUpdates",
                    ["validator_updates": .array(results.validatorUpdates.map(update))]))
        }
        return list
    }

    private static func newBlock(_ stored: StoredBlock, _ results: BlockResults) -> JSONValue {
        let output = results.output
        return [
            "block": BlockShape.block(stored.block),
            "block_id": BlockShape.blockID(stored.id),
            "result_finalize_block": .compact([
                (
                    "events",
                    output.events.isEmpty ? nil : .array(output.events.map(ResultShape.event))
                ),
                (
                    "tx_results",
                    output.transactionResults.isEmpty
                        ? nil : .array(output.transactionResults.map(ResultShape.transaction))
                ),
                (
                    "validator_updates",
                    .array(results.validatorUpdates.map(ResultShape.validatorUpdate))
                ),
                (
                    "consensus_param_updates",
                    ResultShape.parameterUpdates(results.nextParameters)
                ),
                ("app_hash", .base64(results.appHash.bytes)),
            ]),
        ]
    }

    /// As a member of the set, unlike in block_results.
    private static func update(_ update: ValidatorUpdate) -> JSONValue {
        BlockShape.validator(Validator(key: update.publicKey, votingPower: update.power))
    }
}
