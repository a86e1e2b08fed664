// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Runs one transaction on a state: decoding, ante, messages, in cosmos-sdk's order and with its
/// three ways of failing. Source: baseapp runTx; building-cometbft.md section 4.
struct TransactionRunner {
    let block: BlockContext
    let mode: ExecutionMode
    let ports: [String: CityPort]

    /// What a run left: the result, and the state, changed as far as the run may change it.
    struct Outcome {
        var result: TransactionResult
        var state: CachedStore
        /// Answers of the messages, for Simulate.
        var responses: [ProtobufAny] = []
    }

    func run(
        _ bytes: [UInt8], on state: consuming CachedStore, signatures: inout SignatureVerifier
    ) -> Outcome {
        let transaction: DecodedTransaction
        do throws(ExecutionError) {
            transaction = try decode(bytes)
        } catch {
            return Outcome(result: failure(error, gasWanted: 0), state: state)
        }
        let wanted = Int64(clamping: transaction.gasLimit)
        let limit = mode == .simulate ? nil : transaction.gasLimit
        let context = ExecutionContext(
            state, block: block, mode: mode, gas: GasMeter(limit: limit))
        context.begin()
        do throws(ExecutionError) {
            try Ante(context: context, transaction: transaction).run(signatures: &signatures)
            try checkRedundancy(transaction, context, &signatures)
            context.keep()
        } catch {
            context.drop()
            return Outcome(result: failure(error, gasWanted: wanted), state: context.state)
        }
        if mode.isCheck {
            var result = TransactionResult()
            result.gasWanted = wanted
            result.gasUsed = Int64(clamping: context.gas.used)
            return Outcome(result: result, state: context.state)
        }
        return runMessages(transaction, context, &signatures)
    }

    private func decode(_ bytes: [UInt8]) throws(ExecutionError) -> DecodedTransaction {
        let transaction = try DecodedTransaction(bytes)
        guard !transaction.messages.isEmpty else {
            throw .invalidRequest("must contain at least one message")
        }
        for message in transaction.messages { try message.validate() }
        return transaction
    }

    /// A refusal before the messages: no events, no gas used, no sequence.
    private func failure(_ error: ExecutionError, gasWanted: Int64) -> TransactionResult {
        var result = TransactionResult()
        result.code = error.code
        result.codespace = error.codespace
        result.log = error.log
        result.gasWanted = gasWanted
        return result
    }

    /// CheckTx runs updates and packet messages up to the first other one, keeps what they did, and
    /// refuses a transaction whose packet messages are all repetitions.
    private func checkRedundancy(
        _ transaction: DecodedTransaction, _ context: ExecutionContext,
        _ signatures: inout SignatureVerifier
    ) throws(ExecutionError) {
        guard mode.isCheck else { return }
        let handlers = MessageHandlers(context: context, ports: ports)
        var packets = 0
        var repetitions = 0
        for message in transaction.messages {
            switch message {
            case .updateClient(let update):
                // A recheck does not verify headers again, and what they stored is not needed by
                // proofs of the pending ones: they were rechecked in order.
                try HostedClient(context: context).update(update, signatures: &signatures)
            case .recvPacket, .acknowledgement, .timeout:
                if try handlers.runPacket(message) == .noop { repetitions += 1 }
                packets += 1
            default: return
            }
            try context.gas.check()
        }
        if packets > 0, packets == repetitions { throw .redundantPackets }
    }

    /// All messages or none; fee and sequence stay either way.
    private func runMessages(
        _ transaction: DecodedTransaction, _ context: ExecutionContext,
        _ signatures: inout SignatureVerifier
    ) -> Outcome {
        var result = TransactionResult()
        result.gasWanted =
            mode == .simulate ? -1 : Int64(clamping: transaction.gasLimit)
        let anteEvents = context.events
        context.events = []
        context.begin()
        var messageEvents: [ChainEvent] = []
        var responses: [ProtobufAny] = []
        let handlers = MessageHandlers(context: context, ports: ports)
        do throws(ExecutionError) {
            for (index, message) in transaction.messages.enumerated() {
                let start = context.events.count
                do throws(ExecutionError) {
                    responses.append(try handlers.run(message, signatures: &signatures))
                } catch {
                    throw isUnindexed(error)
                        ? error
                        : error.wrapped("failed to execute message; message index: \(index)")
                }
                try context.gas.check()
                messageEvents += describe(
                    message, index, Array(context.events[start...]))
            }
            context.keep()
            result.events = anteEvents + messageEvents
            result.data = TxMsgData(messageResponses: responses).encoded
        } catch {
            context.drop()
            result.code = error.code
            result.codespace = error.codespace
            result.log = error.log
            result.events = anteEvents
        }
        result.gasUsed = Int64(clamping: context.gas.used)
        return Outcome(result: result, state: context.state, responses: responses)
    }

    /// Panics are caught above the messages, so their log names none.
    private func isUnindexed(_ error: ExecutionError) -> Bool {
        error.codespace == "undefined" && error.code == ChainCode.panicked.code
    }

    /// The message's own event, then its handler's, all with the message's index.
    private func describe(
        _ message: CityMessage, _ index: Int, _ events: [ChainEvent]
    ) -> [ChainEvent] {
        var first = ChainEvent(
            "message",
            [
                ChainEvent.Attribute("action", message.typeURL),
                ChainEvent.Attribute("sender", message.signer.text),
            ])
        let namesModule = events.contains { $0.type == "message" && $0.value("module") != nil }
        if !namesModule {
            first.attributes.append(ChainEvent.Attribute("module", message.module))
        }
        return ([first] + events).map { event in
            var event = event
            event.attributes.append(ChainEvent.Attribute("msg_index", "\(index)"))
            return event
        }
    }
}
