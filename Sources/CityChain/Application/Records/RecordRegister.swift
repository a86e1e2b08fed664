// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The states of the city's records, in store `records`: one small provable value a record, put
/// there by the record office alone. Nothing in it can be guessed back to a person.
struct RecordRegister {
    let context: ExecutionContext

    /// Holds the address of the account that may write. It is there from the first version on, so
    /// that absence of every record can be proven.
    static let officeKey = Array("office".utf8)
    /// The role whose account it is in the laboratory.
    static let role = "records"

    static func state(_ index: RecordIndex, in store: some StoreReader) -> RecordState? {
        store.get(StoreName.records, index.stateKey).flatMap { try? RecordState(stored: $0) }
    }

    func put(_ message: MsgPutRecords) throws(ExecutionError) {
        let signer: AccountAddress
        do throws(Bech32Fault) {
            signer = try AccountAddress(text: message.signer)
        } catch {
            throw .invalidAddress("\(message.signer.text): \(error)")
        }
        guard context.get(StoreName.records, RecordRegister.officeKey) == signer.bytes else {
            throw .notRecordOffice(signer.text)
        }
        for entry in message.entries {
            let key = entry.index.stateKey
            let last = context.get(StoreName.records, key)
                .flatMap { try? RecordState(stored: $0) }
            do throws(RecordPutError) {
                try entry.state.checkFollows(last, at: entry.index)
            } catch {
                throw ExecutionError(error)
            }
            try MoveBinding(context: context).put(entry)
            context.set(StoreName.records, key, entry.state.encoded)
            context.emit(
                "record_state", ("index", entry.index.description),
                ("schema", entry.state.schemaID), ("revision", "\(entry.state.revision)"))
        }
    }
}

/// Codes of the records module.
extension ExecutionError {
    static func notRecordOffice(_ signer: String) -> ExecutionError {
        ExecutionError("records", 2, "\(signer) is not the record office: unauthorized")
    }

    init(_ error: RecordPutError) {
        switch error {
        case .empty: self.init("records", 3, "no entries: nothing to put")
        case .twice(let index): self.init("records", 4, "record \(index) twice: repeated record")
        case .state(let index, let fault):
            self.init("records", 5, "record \(index): \(fault): invalid record state")
        case .revision(let index, let got, let expected):
            self.init(
                "records", 6,
                "record \(index): revision \(got), expected \(expected): wrong revision")
        case .olderStatus(let index):
            self.init("records", 7, "record \(index): status as of an earlier time: older status")
        }
    }
}
