// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Accounts of signers, in store `acc` under cosmos-sdk's key.
package enum Accounts {
    package static func find(
        _ address: AccountAddress, in context: ExecutionContext
    ) -> BaseAccount? {
        decode(context.get(StoreName.accounts, key(address)))
    }

    package static func find(
        _ address: AccountAddress, in store: some StoreReader
    ) -> BaseAccount? {
        decode(store.get(StoreName.accounts, key(address)))
    }

    package static func save(
        _ account: BaseAccount, of address: AccountAddress, in context: ExecutionContext
    ) {
        context.set(StoreName.accounts, key(address), wrapped(account).encoded)
    }

    /// As the store and Query/Account hold it.
    package static func wrapped(_ account: BaseAccount) -> ProtobufAny {
        ProtobufAny(typeURL: WireText(BaseAccount.typeURL), value: account.encoded)
    }

    private static func decode(_ bytes: [UInt8]?) -> BaseAccount? {
        guard let bytes, let any = try? ProtobufAny(reading: bytes) else { return nil }
        return try? BaseAccount(reading: any.value)
    }

    private static func key(_ address: AccountAddress) -> [UInt8] { [0x01] + address.bytes }
}
