// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What is checked and paid before any message runs, in cosmos-sdk's order.
/// Source: cosmos-sdk v0.53 x/auth/ante; building-cometbft.md section 4.1.
struct Ante {
    /// Fee per unit of gas, in thousandths: 0.001 stake.
    static let minimumPriceScale: UInt64 = 1_000
    /// Signatures of one transaction: the SDK's tx_sig_limit.
    static let signatureLimit = 7
    /// Bytes of one signature: what Simulate counts for an empty one.
    static let signatureByteCount = 64

    let context: ExecutionContext
    let transaction: DecodedTransaction

    private var isSimulation: Bool { context.mode == .simulate }

    func run(signatures verifier: inout SignatureVerifier) throws(ExecutionError) {
        let maxGas = context.block.maxGas
        if !isSimulation, maxGas > 0, transaction.gasLimit > UInt64(maxGas) {
            throw .invalidGasLimit(
                "tx gas limit \(transaction.gasLimit) exceeds block max gas \(maxGas)")
        }
        let accounts = try transaction.accounts()
        try checkShape(accounts)
        consumeSize()
        try context.gas.check()
        try payFee(accounts)
        try setKeys(accounts)
        for _ in accounts {
            context.gas.consume(GasMeter.Cost.signature, "ante verify: secp256k1")
        }
        try context.gas.check()
        try verifySignatures(accounts, &verifier)
        for address in accounts {
            guard var account = Accounts.find(address, in: context) else { continue }
            account.sequence &+= 1
            Accounts.save(account, of: address, in: context)
        }
        try context.gas.check()
    }

    private func checkShape(_ accounts: [AccountAddress]) throws(ExecutionError) {
        let signatures = transaction.raw.signatures
        guard !signatures.isEmpty else { throw .noSignatures }
        guard signatures.count == accounts.count else {
            throw .unauthorized(
                "wrong number of signers; expected \(accounts.count), got \(signatures.count)")
        }
        guard transaction.auth.signerInfos.count == accounts.count else {
            throw .unauthorized(
                "invalid number of signer;  expected: \(accounts.count), got "
                    + "\(transaction.auth.signerInfos.count)")
        }
        guard accounts.count <= Ante.signatureLimit else {
            throw ExecutionError(
                "sdk", 14,
                "signatures: \(accounts.count), limit: \(Ante.signatureLimit): too many signatures")
        }
        let timeout = transaction.body.timeoutHeight
        if timeout > 0, context.block.height > timeout {
            throw .transactionTimeout(
                "block height: \(context.block.height), timeout height: \(timeout)")
        }
        let memo = transaction.body.memo.bytes.count
        guard memo <= TxLimits.maxMemoBytes else {
            throw .memoTooLarge(
                "maximum number of characters is \(TxLimits.maxMemoBytes) but received \(memo) "
                    + "characters")
        }
    }

    /// Simulate is given transactions without their signatures and counts those too, so that its
    /// figure is the block's.
    private func consumeSize() {
        var bytes = transaction.byteCount
        if isSimulation {
            for signature in transaction.raw.signatures {
                bytes += max(0, Ante.signatureByteCount - signature.count)
            }
        }
        context.gas.consume(GasMeter.Cost.transactionPerByte * UInt64(bytes), "txSize")
    }

    private func payFee(_ accounts: [AccountAddress]) throws(ExecutionError) {
        let gas = transaction.gasLimit
        guard isSimulation || gas > 0 else {
            throw .invalidGasLimit("must provide positive gas")
        }
        guard let amount = transaction.feeAmount else {
            throw .insufficientFunds("fee \(transaction.feeText)")
        }
        if context.mode.isCheck {
            let required = gas / Ante.minimumPriceScale + (gas % Ante.minimumPriceScale > 0 ? 1 : 0)
            guard amount >= required else {
                throw .insufficientFee(
                    "insufficient fees; got: \(transaction.feeText) required: \(required)"
                        + Bank.denomination)
            }
        }
        guard let payer = accounts.first else { throw .noSignatures }
        guard Accounts.find(payer, in: context) != nil else {
            throw .unknownAddress("fee payer address: \(payer.text) does not exist")
        }
        if amount > 0 {
            do throws(ExecutionError) {
                try Bank.transfer(
                    amount, from: payer, to: AccountAddress(Bank.feeCollector), in: context)
            } catch {
                throw .insufficientFunds(error.log)
            }
        }
        context.emit("tx", ("fee", transaction.feeText), ("fee_payer", payer.text))
    }

    private func setKeys(_ accounts: [AccountAddress]) throws(ExecutionError) {
        for (index, address) in accounts.enumerated() {
            let info = transaction.auth.signerInfos[index]
            guard var account = Accounts.find(address, in: context) else {
                throw .unknownAddress("account \(address.text) does not exist")
            }
            if let any = info.publicKey {
                guard let key = AccountKey.unwrapped(any) else {
                    throw .invalidPublicKey("type \(any.typeURL.text)")
                }
                guard isSimulation || key.address == address.bytes else {
                    throw .invalidPublicKey(
                        "pubKey does not match signer address \(address.text) with signer index: "
                            + "\(index)")
                }
                if account.publicKey == nil {
                    account.publicKey = any
                    Accounts.save(account, of: address, in: context)
                }
            }
            context.emit("tx", ("acc_seq", "\(address.text)/\(info.sequence)"))
        }
        for signature in transaction.raw.signatures {
            context.emit("tx", ("signature", Base64.encode(signature)))
        }
    }

    private func verifySignatures(
        _ accounts: [AccountAddress], _ verifier: inout SignatureVerifier
    ) throws(ExecutionError) {
        for (index, address) in accounts.enumerated() {
            let info = transaction.auth.signerInfos[index]
            guard let account = Accounts.find(address, in: context) else {
                throw .unknownAddress("account \(address.text) does not exist")
            }
            guard info.sequence == account.sequence else {
                throw .wrongSequence(
                    "account sequence mismatch, expected \(account.sequence), got "
                        + "\(info.sequence)")
            }
            if isSimulation || context.mode == .recheck { continue }
            guard let any = account.publicKey, let key = AccountKey.unwrapped(any) else {
                throw .invalidPublicKey("pubkey on account is not set")
            }
            let document = SignDoc(
                bodyBytes: transaction.raw.bodyBytes,
                authInfoBytes: transaction.raw.authInfoBytes,
                chainID: WireText(context.block.chainID), accountNumber: account.accountNumber)
            guard info.modeInfo == .direct,
                verifier.isValid(
                    transaction.raw.signatures[index], of: document.encoded, by: key)
            else {
                throw .unauthorized(
                    "signature verification failed; please verify account number "
                        + "(\(account.accountNumber)) and chain-id (\(context.block.chainID)): "
                        + "(unable to verify single signer signature)")
            }
        }
    }
}
