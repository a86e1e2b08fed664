// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct TransactionAddressTests {
    static let address: WireText = "cosmos1jmd0fc5w3ms5en7kpqeqfcn3vslwf67v28z6kf"

    @Test func `an address is its data and back`() throws {
        let data = try Bech32.address(TransactionAddressTests.address, prefix: "cosmos")
        #expect(data.count == 20)
        #expect(Bech32.encode(prefix: "cosmos", data) == TransactionAddressTests.address.text)
    }

    @Test(arguments: Array(0...64))
    func `data of any length survives`(count: Int) throws {
        let data = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 5) }
        let text = Bech32.encode(prefix: "city", data)
        let decoded = try Bech32.decode(WireText(text))
        #expect(decoded.prefix == "city")
        #expect(decoded.data == data)
    }

    @Test func `upper case is read, mixed case is not`() throws {
        let upper = WireText(TransactionAddressTests.address.text.uppercased())
        #expect(try Bech32.address(upper, prefix: "cosmos").count == 20)
        let mixed = WireText("C" + TransactionAddressTests.address.text.dropFirst())
        #expect(throws: Bech32Fault.mixedCase) { try Bech32.decode(mixed) }
    }

    @Test func `every single changed character is noticed`() {
        let bytes = TransactionAddressTests.address.bytes
        for index in bytes.indices {
            for replacement in Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l1b".utf8)
            where replacement != bytes[index] {
                var changed = bytes
                changed[index] = replacement
                #expect(throws: Bech32Fault.self) {
                    try Bech32.address(WireText(bytes: changed), prefix: "cosmos")
                }
            }
        }
    }

    @Test func `another prefix, white space and empty data are refused`() {
        let address = TransactionAddressTests.address
        #expect(throws: Bech32Fault.prefix(got: "cosmos", expected: "city")) {
            try Bech32.address(address, prefix: "city")
        }
        #expect(throws: Bech32Fault.self) {
            try Bech32.address(WireText(" " + address.text), prefix: "cosmos")
        }
        #expect(throws: Bech32Fault.blank) { try Bech32.address("  ", prefix: "cosmos") }
        #expect(throws: Bech32Fault.dataLength(0)) {
            try Bech32.address(
                WireText(Bech32.encode(prefix: "cosmos", [])), prefix: "cosmos")
        }
    }
}
