// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// What a city chain begins with: accounts of roles, people with provident-fund accounts.
package struct CityGenesis: Hashable, Sendable {
    /// Division code of the city (GB/T 2260), as in key texts.
    package var code: String
    package var people: Int
    package var balanceFen: UInt64
    /// States of records that are there from the beginning.
    package var records: [RecordEntry]

    /// Accounts at genesis, in the order of their numbers, as the recorded chains have them.
    package static let roles =
        ["operator", "relayer", "relayer2", "courier", "notary", "tester", "bureau", "licensing"]
    /// Fee coins of each role: more than any test spends.
    package static let roleBalance: UInt64 = 10_000_000_000_000
    /// The account that is almost poor, for tests of fees.
    package static let strangerBalance: UInt64 = 30_000
    /// Who may send on which port.
    package static let senders = [
        StoreName.providentFund: ["bureau"], StoreName.licence: ["licensing", "bureau"],
        StoreName.transfer: ["bureau"],
    ]

    /// 200 people with one million yuan each: enough for every load of the laboratory.
    package init(
        code: String, people: Int = 200, balanceFen: UInt64 = 100_000_000,
        records: [RecordEntry] = []
    ) {
        self.code = code
        self.people = people
        self.balanceFen = balanceFen
        self.records = records
    }

    /// Bytes that differ when the genesis state differs.
    package var bytes: [UInt8] {
        Array("\(code)/\(people)/\(balanceFen)".utf8) + records.flatMap(\.encoded)
    }

    /// Writes the state of the first version. Requires a code that derives keys.
    func write(to context: ExecutionContext) {
        writeIBC(context)
        let others = ["stranger", RecordRegister.role]
        for (number, role) in (CityGenesis.roles + others).enumerated() {
            guard let address = address(of: role) else { continue }
            Accounts.save(
                BaseAccount(
                    address: WireText(address.text), publicKey: nil,
                    accountNumber: UInt64(number), sequence: 0), of: address, in: context)
            let isPoor = role == "stranger"
            Bank.setBalance(
                of: address.bytes,
                isPoor ? CityGenesis.strangerBalance : CityGenesis.roleBalance, in: context)
        }
        if let operatorAddress = address(of: "operator") {
            context.set(StoreName.accounts, HostedClient.authorityKey, operatorAddress.bytes)
        }
        for (port, roles) in CityGenesis.senders {
            for role in roles {
                guard let address = address(of: role) else { continue }
                context.set(port, CityPort.senderKey(address.bytes), Array(role.utf8))
            }
        }
        openAccounts(context)
        ownInstitution(context)
        writeRecords(context)
    }

    /// Store `ibc` must hold something from the first version on: an empty store proves nothing.
    private func writeIBC(_ context: ExecutionContext) {
        let zero = [UInt8](bigEndian: 0)
        context.set(StoreName.ibc, HostedClient.parametersKey, HostedClient.parameters)
        context.set(StoreName.ibc, HostedClient.nextSequenceKey, zero)
        context.set(StoreName.ibc, Array("nextConnectionSequence".utf8), zero)
        context.set(StoreName.ibc, Array("nextChannelSequence".utf8), zero)
    }

    /// The city's fund centre: its division's code and nine zeros.
    package static func institution(of code: String) -> InstitutionCode? {
        try? InstitutionCode(code + "000000000")
    }

    private func ownInstitution(_ context: ExecutionContext) {
        guard let institution = CityGenesis.institution(of: code),
            let bureau = address(of: "bureau")
        else { return }
        InstitutionRecord.own(institution, by: bureau.bytes, in: context)
    }

    private func writeRecords(_ context: ExecutionContext) {
        if let office = address(of: RecordRegister.role) {
            context.set(StoreName.records, RecordRegister.officeKey, office.bytes)
        }
        for entry in records {
            context.set(StoreName.records, entry.index.stateKey, entry.state.encoded)
        }
    }

    private func openAccounts(_ context: ExecutionContext) {
        guard let balance = Fen(balanceFen) else { return }
        for index in 0..<people {
            // Sums of a genesis stay far below the column's width.
            try? ProvidentFund.open(
                SyntheticPeople.accountReference(division: code, index: index), balance,
                in: context)
        }
    }

    package func address(of role: String) -> AccountAddress? {
        (try? DeterministicKeys.account(role: role, code: code)).map {
            AccountAddress(key: $0.publicKey)
        }
    }
}

/// People who cannot exist: born in 1880, as in the standard's own example.
package enum SyntheticPeople {
    /// Identity number of person `index` of a division: days of 1880 by 28 to a month, then the
    /// sequence, odd ones men; the last digit checks the others.
    package static func identityNumber(division: String, index: Int) -> String {
        let day = index % 28 + 1
        let month = index / 28 % 12 + 1
        let sequence = index / (28 * 12) % 999 + 1
        let body = division + "1880" + padded(month, 2) + padded(day, 2) + padded(sequence, 3)
        return body + String(checkDigit(body))
    }

    /// What the chain calls the account of person `index`: 32 bytes that say nothing of the person.
    package static func accountReference(division: String, index: Int) -> String {
        SHA256.hash(Array("cityrelay laboratory account \(division)/\(index)".utf8)).description
    }

    package static func checkDigit(_ body: String) -> Character {
        IdentityNumber.checkCharacter(of: body) ?? "?"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
