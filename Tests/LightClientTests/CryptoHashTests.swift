// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

@Suite struct HashTests {
    static let cases:
        [(name: String, hash: @Sendable ([UInt8]) -> [UInt8], of: String, is: String)] = [
            (
                "SHA-256", { SHA256.hash($0).bytes }, "abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ),
            (
                "SHA-512", { SHA512.hash($0) }, "abc",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
            (
                "SHA-512/256", { SHA512_256.hash($0) }, "abc",
                "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"
            ),
            (
                "RIPEMD-160", { RIPEMD160.hash($0) }, "abc",
                "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"
            ),
            (
                "Keccak-256 of nothing", { Keccak256.hash($0).bytes }, "",
                "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
            ),
            (
                "Keccak-256", { Keccak256.hash($0).bytes }, "abc",
                "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
            ),
            (
                "BLAKE2b-512", { BLAKE2b512.hash($0) }, "abc",
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                    + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
            ),
            (
                "BLAKE2s-256", { BLAKE2s256.hash($0) }, "abc",
                "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
            ),
        ]

    @Test func `every hash gives its standard's example`() {
        for (name, hash, input, expected) in HashTests.cases {
            #expect(Hex.encode(hash(Array(input.utf8))) == expected, "\(name)")
        }
    }

    static let keccakCases: [(length: Int, is: String)] = [
        (135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"),
        (136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"),
        (137, "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39"),
        (272, "cf7fcd4f705ee749930d19ca84561a9bf62516bd90a471545fa2f49fdc7e63c8"),
    ]

    @Test func `Keccak-256 pads rightly around its block length`() {
        for (length, expected) in HashTests.keccakCases {
            let input = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            #expect(Hex.encode(Keccak256.hash(input).bytes) == expected, "\(length) bytes")
        }
    }

    @Test func `pieces hash like the whole, however they are cut`() {
        let whole = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let expected = SHA256.hash(whole)
        for cut in [0, 1, 31, 55, 56, 63, 64, 65, 128, 299, 300] {
            let (head, tail) = (Array(whole[..<cut]), Array(whole[cut...]))
            #expect(SHA256.hash(head, tail) == expected)
            #expect(SHA256.hash(head, tail, []) == expected)
            #expect(SHA256.hash([], head, [], tail) == expected)
            var stream = SHA256.Stream()
            stream.update(whole[..<cut])
            let fork = stream
            for byte in tail { stream.update(byte) }
            #expect(stream.finish() == expected)
            #expect(fork.finish() == SHA256.hash(head))
        }
    }

    @Test func `an inner node is the hash of prefix, left and right`() {
        let (left, right) = (SHA256.hash([1]), SHA256.hash([2]))
        let expected = SHA256.hash([1] + left.bytes + right.bytes)
        #expect(SHA256.hash(1, left, right) == expected)
        var stream = SHA256.Stream()
        stream.update(1)
        stream.update(left)
        stream.update(right)
        #expect(stream.finish() == expected)
        #expect(Digest(expected.bytes) == expected)
    }
}
