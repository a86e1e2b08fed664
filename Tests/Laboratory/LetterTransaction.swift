// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

extension SignedTransaction {
    /// One that sends these letters, all or none, at the laboratory's price of gas.
    package init(
        sending letters: [Payload], client: String, timeoutSeconds: UInt64, by key: AccountKey,
        of account: BaseAccount, chainID: String
    ) {
        let messages = letters.map { letter in
            MsgSendPacket(
                sourceClient: WireText(client), timeoutSeconds: timeoutSeconds,
                payloads: [letter], signer: key.address
            ).wrapped
        }
        let gas = 100_000 + 150_000 * UInt64(letters.count)
        let terms = TransactionTerms(
            chainID: WireText(chainID), accountNumber: account.accountNumber,
            sequence: account.sequence, gasLimit: gas, fee: [Coin(gas / 1_000 + 1, "stake")],
            timeoutHeight: 0)
        self.init(messages, terms, by: key)
    }
}
