// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import TestSupport
import Testing

// Unsafe: a pipe to a child process of the C library; no pointer leaves this file.

/// records.proto and our reader and writer mean the same: protobuf's own compiler says so.
@Suite struct `Records in another language` {
    /// Reads a MsgPutRecords in hexadecimal by the .proto file, prints what it found, and writes it
    /// again.
    private static let script = """
        import importlib, sys, tempfile
        from grpc_tools import protoc
        import grpc_tools
        out = tempfile.mkdtemp()
        if protoc.main(["", "-I" + sys.argv[1], "--python_out=" + out, "records.proto"]):
            sys.exit("protoc refused records.proto")
        sys.path.insert(0, out)
        module = importlib.import_module("records_pb2")
        message = module.MsgPutRecords()
        message.ParseFromString(bytes.fromhex(sys.argv[2]))
        for entry in message.entries:
            state = entry.state
            print(entry.index.hex(), state.schema_id, state.schema_version, state.field_root.hex(),
                  state.status, state.status_as_of, state.revision)
        print(message.signer, message.SerializeToString().hex())
        """

    private static let hasCompiler =
        (try? lines("python3 -c 'from grpc_tools import protoc' && echo there")) == ["there"]

    /// What a command prints.
    private static func lines(_ command: String) throws -> [String] {
        guard let pipe = unsafe popen(command + " 2>&1", "r") else { throw TestFailure("no shell") }
        defer { unsafe pclose(pipe) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            text.append(contentsOf: buffer[..<count])
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(.enabled(if: hasCompiler, "python3-grpc-tools is not installed"))
    func `protobuf's own reader finds what we wrote, and writes the same bytes`() throws {
        let office = try RecordOffice(
            code: "431300", people: 0, asOf: Timestamp(unixNanoseconds: 1_793_491_200_000_000_007),
            salts: .seeded([1]))
        let entries = Array(try office.entries().prefix(3))
        let message = MsgPutRecords(signer: "cosmos1office", entries: entries)
        let folder = "\(Corpus.root)/Sources/Federation/Proto/records/v1"
        let lines = try Self.lines(
            "python3 -c '\(Self.script)' '\(folder)' \(Hex.encode(message.encoded))")
        try #require(lines.count == 4, "\(lines)")
        for (line, entry) in zip(lines, entries) {
            let state = entry.state
            let expected = [
                entry.index.description, state.schemaID, "\(state.schemaVersion)",
                state.fieldRoot.description, state.status, "\(state.statusAsOf.unixNanoseconds)",
                "\(state.revision)",
            ]
            #expect(line == expected.joined(separator: " "))
        }
        #expect(lines[3] == "cosmos1office \(Hex.encode(message.encoded))")
    }
}
