// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// What a city might put into its own log about others, all of it signed by itself.
@Suite struct LogExportTests {
    private static let count = 12
    private static let now = AccessSample.time(count)
    private static let known: [MemberID: [PublicKey]] = [
        AccessSample.provider: [AccessSample.providerKey.publicKey],
        AccessSample.requester: [AccessSample.requesterKey.publicKey],
    ]

    /// An export of a log that its owner wrote itself, with a receipt for every second entry.
    private func export(
        _ change: (inout [(AccessRecord, Timestamp)]) -> Void = { _ in }
    ) throws -> LogExport {
        var accesses = (0..<Self.count).map { (AccessSample.access($0), AccessSample.time($0)) }
        change(&accesses)
        let log = AccessSampleLog(accesses: accesses)
        var receipts: [UInt64: [UInt8]] = [:]
        for place in stride(from: 0, to: log.leaves.count, by: 2) {
            receipts[UInt64(place)] =
                AccessReceipt(
                    for: BinaryMerkle.leafHash(log.leaves[place]),
                    signedBy: AccessSample.requesterKey
                ).signature
        }
        let signer = try NoteSigner(
            name: AccessSample.provider.accessLogOrigin, key: AccessSample.providerKey)
        return LogExport(
            owner: AccessSample.provider,
            checkpoint: log.checkpoint.note(signedBy: signer).bytes,
            start: MerkleFrontier(), leaves: log.leaves, receipts: receipts)
    }

    private func findings(
        _ export: LogExport, _ known: [MemberID: [PublicKey]] = known
    ) throws -> [LogFinding] {
        try export.audit(
            LogExport.Beliefs(
                ownerKeys: [AccessSample.providerKey.publicKey], requesterKeys: known),
            now: Self.now
        ).findings
    }

    @Test func `an honest log, its requests and its receipts give no finding`() throws {
        #expect(try findings(export()).isEmpty)
    }

    @Test func `a request that its asker never signed is found`() throws {
        // The owner says that Suzhou's window asked; everything else is in order.
        let invented = try export { accesses in
            let ticket = accesses[5].0.ticket.bytes
            accesses[5].0.requestSignature = EvidenceSignature.request.sign(
                ticket, with: AccessSample.providerKey)
        }
        #expect(try findings(invented) == [.request(index: 5, AccessSample.requester)])
        // Whoever holds no manifest cannot know: nothing is said of the requests then.
        #expect(try findings(invented, [:]).isEmpty)
    }

    @Test func `a request that was signed for another entry is found`() throws {
        let moved = try export { accesses in
            accesses[5].0.requestSignature = accesses[6].0.requestSignature
        }
        #expect(try findings(moved) == [.request(index: 5, AccessSample.requester)])
    }

    @Test func `an asker that no manifest knows is found`() throws {
        let stranger = AccessSample.member("320100/320100000000000")
        let invented = try export { $0[3].0.requester.member = stranger }
        #expect(try findings(invented) == [.unknownRequester(index: 3, stranger)])
    }

    @Test func `an entry about what another city gave away is found`() throws {
        let other = try export { $0[4].0.provider = AccessSample.requester }
        #expect(try findings(other) == [.otherProvider(index: 4, AccessSample.requester)])
    }

    @Test func `a receipt that its asker did not sign, or of no entry, is found`() throws {
        var bent = try export()
        bent.receipts[2]?[0] ^= 1
        bent.receipts[3] = bent.receipts[4]
        bent.receipts[UInt64(Self.count)] = bent.receipts[4]
        let found = try findings(bent)
        #expect(
            found == [.receipt(index: 2), .receipt(index: 3), .receipt(index: UInt64(Self.count))])
        #expect(found.allSatisfy { $0.code == "audit/receipt" })
    }
}
