// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport

/// A chained ICS-23 proof (IAVL store, then multistore) against the bare hashes that it consists
/// of.
func proofBench() {
    var stores = Multistore(storeNames: ["acc", "bank", "ibc", "licence", "providentfund"])
    let key = { (number: Int) in Array("07-tendermint-0".utf8) + [1] + bigEndian(number) }
    for number in 0..<20_000 {
        stores.set("ibc", key(number), SHA256.hash(bigEndian(number)).bytes)
    }
    let committed = stores.commit()
    var proofs: [(proof: [UInt8], key: [UInt8], value: [UInt8])] = []
    for number in stride(from: 0, to: 20_000, by: 211) {
        guard
            let answer = stores.prove("ibc", key(number), version: committed.version)
        else { continue }
        var writer = ProtobufWriter()
        for operation in answer.operations { writer.alwaysBytes(1, operation.data) }
        proofs.append((writer.bytes, key(number), answer.value ?? []))
    }
    guard let first = proofs.first, let shape = try? MerkleProof(reading: first.proof) else {
        return
    }
    var ours: [Double] = []
    var batched: [Double] = []
    var bare: [Double] = []
    for _ in 0..<15 {
        ours.append(
            nanosecondsEach(proofs.count) { index in
                verify(proofs[index], committed.appHash.bytes)
            })
        var anchor = ProofCache()
        batched.append(
            nanosecondsEach(proofs.count) { index in
                verify(proofs[index], committed.appHash.bytes, &anchor)
            })
        bare.append(nanosecondsEach(proofs.count) { index in bareHashes(proofs[index], shape) })
    }
    let (single, batch, floor) = (median(ours), median(batched), median(bare))
    print(
        "ICS-23 chained membership, \(depth(shape)) levels, decoding included: "
            + "\(hundredths(single / 1000)) µs, in a batch \(hundredths(batch / 1000)) µs; its "
            + "bare hashes \(hundredths(floor / 1000)) µs; ratio "
            + "\(hundredths(single / floor)), in a batch "
            + "\(hundredths(batch / floor))")
}

private func bigEndian(_ number: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: UInt64(number) >> UInt64(56 - 8 * $0)) }
}

private func header(_ root: [UInt8]) -> TrustedHeader {
    var state = ProtobufWriter()
    state.message(1, Timestamp(unixNanoseconds: 1_700_000_000_000_000_000))
    var merkleRoot = ProtobufWriter()
    merkleRoot.bytes(1, root)
    state.alwaysBytes(2, merkleRoot.bytes)
    state.bytes(3, SHA256.empty.bytes)
    return TrustedHeader(
        height: Height(revision: 1, height: 2),
        timestamp: Timestamp(unixNanoseconds: 1_700_000_000_000_000_000), headerHash: nil,
        consensusState: state.bytes)
}

private func verify(
    _ item: (proof: [UInt8], key: [UInt8], value: [UInt8]), _ root: [UInt8]
) {
    var cache = ProofCache()
    verify(item, root, &cache)
}

private func verify(
    _ item: (proof: [UInt8], key: [UInt8], value: [UInt8]), _ root: [UInt8],
    _ cache: inout ProofCache
) {
    let isProven =
        (try? Families.verifyMembership(
            family: .cometBFT, proof: item.proof, path: [Array("ibc".utf8), item.key],
            value: item.value, at: header(root), cache: &cache)) != nil
    precondition(isProven)
}

/// The hashes of one such proof and nothing else: leaf, value, and every inner node of both trees.
private func bareHashes(
    _ item: (proof: [UInt8], key: [UInt8], value: [UInt8]), _ shape: MerkleProof
) {
    var sum = SHA256.hash(item.value)
    let inner = [UInt8](repeating: 1, count: 70)
    let simple = [UInt8](repeating: 2, count: 65)
    // Leaf of the IAVL tree, then its inner nodes; value and leaf of the multistore, then its
    // nodes.
    sum = SHA256.hash([UInt8](repeating: 0, count: 64))
    for _ in 0..<depth(shape, 0) { sum = SHA256.hash(inner) }
    sum = SHA256.hash(item.value)
    sum = SHA256.hash([UInt8](repeating: 0, count: 38))
    for _ in 0..<depth(shape, 1) { sum = SHA256.hash(simple) }
    precondition(sum != .zero)
}

private func depth(_ proof: MerkleProof, _ index: Int) -> Int {
    guard proof.proofs.indices.contains(index),
        case .existence(let existence) = proof.proofs[index].content
    else { return 0 }
    return existence.path.count
}

private func depth(_ proof: MerkleProof) -> Int { depth(proof, 0) + depth(proof, 1) }
