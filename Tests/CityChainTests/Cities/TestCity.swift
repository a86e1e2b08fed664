// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// One city chain under a test's clock, with the means to sign and to prove.
final class TestCity {
    let code: String
    let chainID: String
    let chain: CityChain.Chain
    private(set) var now: Timestamp
    /// Of this city's client of the other one.
    static let client: WireText = "07-tendermint-0"

    /// Seconds that a test's blocks are apart.
    static let blockSeconds: Int64 = 1

    init(
        code: String, name: String, people: Int = 4, balanceFen: UInt64 = 10_000_000,
        records: [RecordEntry] = []
    ) throws {
        self.code = code
        chainID = "\(name)-\(code)-1"
        now = try #require(Timestamp(seconds: 1_795_252_269))
        let configuration = try ChainConfiguration.laboratory(
            chainID: chainID, code: code, powers: [40, 30, 20, 10], genesisTime: now)
        chain = try CityChain.Chain(
            configuration,
            application: CityApplication(
                CityGenesis(
                    code: code, people: people, balanceFen: balanceFen, records: records)))
        try makeBlocks(3)
    }

    @discardableResult
    func makeBlocks(_ count: Int = 1) throws -> StoredBlock {
        for _ in 0..<count {
            now = now.adding(nanoseconds: TestCity.blockSeconds * 1_000_000_000)
            try chain.produceBlock(now: now)
        }
        return try #require(chain.latest)
    }

    /// Lets time pass without blocks.
    func wait(seconds: Int64) { now = now.adding(nanoseconds: seconds * 1_000_000_000) }

    // MARK: accounts

    func account(_ role: String) throws -> AccountKey {
        AccountKey(
            try DeterministicKeys.account(role: role, code: code), prefix: AccountAddress.prefix)
    }

    func baseAccount(_ role: String) throws -> BaseAccount {
        var request = ProtobufWriter()
        request.bytes(1, try account(role).address.bytes)
        let answer = chain.query(
            ApplicationQuery(path: "/cosmos.auth.v1beta1.Query/Account", data: request.bytes))
        let any = try #require(try Reply(answer.value ?? []).messages[1]?.first)
        return try BaseAccount(reading: try ProtobufAny(reading: any).value)
    }

    func sign(
        _ messages: [any ChainMessage], by role: String, gas: UInt64 = 3_000_000,
        fee: UInt64? = nil, sequence: UInt64? = nil, timeoutHeight: UInt64 = 0,
        chainID: String? = nil
    ) throws -> SignedTransaction {
        let base = try baseAccount(role)
        let terms = TransactionTerms(
            chainID: WireText(chainID ?? self.chainID), accountNumber: base.accountNumber,
            sequence: sequence ?? base.sequence, gasLimit: gas,
            fee: [Coin(fee ?? (gas + 999) / 1_000, "stake")], timeoutHeight: timeoutHeight)
        return SignedTransaction(messages.map(\.wrapped), terms, by: try account(role))
    }

    /// Offers a transaction, and makes a block that carries it.
    @discardableResult
    func run(
        _ messages: [any ChainMessage], by role: String, gas: UInt64 = 3_000_000
    ) throws -> TransactionResult {
        let transaction = try sign(messages, by: role, gas: gas)
        let (_, check) = try chain.submit(transaction.bytes)
        try #require(check.code == 0, "CheckTx: \(check.code) \(check.codespace): \(check.log)")
        try makeBlocks()
        return try #require(chain.transaction(hash: transaction.hash)).result
    }

    @discardableResult
    func run(_ message: any ChainMessage, by role: String) throws -> TransactionResult {
        try run([message], by: role)
    }

    /// Runs past CheckTx: only the block judges. CheckTx runs packet messages up to the first other
    /// one, so a transfer in front hides them from it.
    func runInBlock(
        _ message: any ChainMessage, by role: String
    ) throws -> TransactionResult {
        let address = try account(role).address
        let transfer = MsgSend(fromAddress: address, toAddress: address, amount: [Coin(1, "stake")])
        return try run([transfer, message], by: role)
    }

    // MARK: light client of this city

    var height: Height { Height(revision: 1, height: chain.latestHeight) }

    func clientState(at height: UInt64, trustingSeconds: Int64 = 1_209_600) -> ICS07.ClientState {
        ICS07.ClientState(
            chainID: ChainID(chainID), trustLevel: TrustThreshold(numerator: 1, denominator: 3),
            trustingPeriodNanoseconds: trustingSeconds * 1_000_000_000,
            unbondingPeriodNanoseconds: 1_814_400_000_000_000,
            maxClockDriftNanoseconds: 10_000_000_000,
            latestHeight: Height(revision: 1, height: height))
    }

    func header(at height: UInt64, trusted: UInt64) throws -> ICS07.Header {
        let block = try #require(chain.lightBlock(at: height))
        return ICS07.Header(
            signedHeader: try #require(block.signedHeader),
            validatorSet: try #require(block.validators),
            trustedHeight: Height(revision: 1, height: trusted),
            trustedValidators: try #require(chain.validators(at: trusted + 1)).validatorSet)
    }

    // MARK: proofs

    /// The value at a key of the state that the header of `height` commits to, with its proof.
    func prove(
        _ key: [UInt8], under height: UInt64, store: String = "ibc"
    ) throws -> (value: [UInt8]?, proof: [UInt8]) {
        let answer = chain.query(
            ApplicationQuery(
                path: "/store/\(store)/key", data: key, height: height - 1, wantsProof: true))
        try #require(answer.code == 0, "\(answer.log)")
        let proofs = try #require(answer.proof).map { try CommitmentProof(reading: $0.data) }
        return (answer.value, MerkleProof(proofs).encoded)
    }

    /// The latest committed value at a key, unproven.
    func value(_ store: String, _ key: String) -> [UInt8]? {
        chain.query(ApplicationQuery(path: "/store/\(store)/key", data: Array(key.utf8))).value
    }

    func fen(_ key: String) -> UInt64 {
        value("providentfund", key).flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0
    }

    func person(_ index: Int) -> String {
        SyntheticPeople.identityNumber(division: code, index: index)
    }

    /// The blind reference of a person's account.
    func account(of index: Int) -> String {
        SyntheticPeople.accountReference(division: code, index: index)
    }

    func events(_ result: TransactionResult) throws -> [PacketEvent] {
        try result.events.compactMap { event in
            try PacketEvent(
                EmittedEvent(event.type, event.attributes.map { .init($0.key, $0.value) }))
        }
    }
}

/// The length-delimited fields of an answer, by number.
struct Reply {
    private(set) var messages: [Int32: [[UInt8]]] = [:]
    private(set) var numbers: [Int32: UInt64] = [:]

    init(_ bytes: [UInt8]) throws {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            if field.wireType == 2 {
                messages[field.number, default: []].append(try reader.bytes(field))
            } else {
                numbers[field.number] = try reader.uint64(field)
            }
        }
    }
}
