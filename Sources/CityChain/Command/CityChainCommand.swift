// SPDX-License-Identifier: Apache-2.0

import CityChain
import Glibc

// Unsafe: write(2) takes a pointer.

/// `citychain`: one city chain as a process.
struct CityChainCommand {
    private let arguments: [String]

    init(_ arguments: [String]) { self.arguments = arguments }

    static let help = """
        citychain: a small but genuine city chain for demos, tests and rehearsals

        USAGE
          citychain run --chain-id ID --code CODE [options]
          citychain people --code CODE [--people N]     identity numbers of the genesis accounts
          citychain licences --code CODE                licence identifiers of the record office
          citychain help

        OPTIONS of run
          --chain-id ID        for example hangzhou-330100-1
          --code CODE          division code of the city, part of every key text
          --name NAME          for the log; the chain id by default
          --rpc HOST:PORT      where to answer CometBFT's RPC (127.0.0.1:26657)
          --home DIR           where genesis and blocks are kept; without it nothing survives
          --validators N       validators inside the process, 4 or more (4)
          --powers A,B,...     their voting powers instead (40,30,20,10)
          --block-ms N         milliseconds between blocks (1000); 0: only by lab_block
          --execution-ms N     milliseconds from showing a block to executing it (0)
          --app-version N      in every header (0)
          --people N           provident-fund accounts at genesis (200)
          --balance-fen N      their balances in fen (100000000)
          --keep N             blocks that are kept; older ones are pruned
          --lab                opens the methods lab_..., which break things on demand
          --office HOST:PORT   answers questions about records of synthetic citizens there; their
                               states stand on the chain, their values in DIR/records.json
          --office-seed HEX    salts and index key from this seed, for tests (random)

        """

    func run() -> Int32 {
        switch arguments.first {
        case "run": return start()
        case "people": return listPeople()
        case "licences": return listLicences()
        case "help", "--help", "-h":
            write(CityChainCommand.help, to: STDOUT_FILENO)
            return 0
        default:
            write(CityChainCommand.help, to: STDERR_FILENO)
            return 64
        }
    }

    private func start() -> Int32 {
        do {
            let options = try Options(Array(arguments.dropFirst()))
            let configuration = try options.configuration()
            let node = try CityNode(configuration)
            let officeHost = configuration.office?.host ?? ""
            write(
                "{\"event\":\"ready\",\"name\":\"\(options.name)\",\"chain_id\":\""
                    + "\(configuration.chainID)\",\"rpc\":\"http://\(configuration.host):"
                    + "\(node.port)\",\"height\":\"\(node.chain.latestHeight)\""
                    + (node.officePort.map { ",\"office\":\"http://\(officeHost):\($0)\"" } ?? "")
                    + "}\n",
                to: STDOUT_FILENO)
            try node.run()
            return 0
        } catch {
            write("citychain: \(error)\n", to: STDERR_FILENO)
            return 1
        }
    }

    private func listPeople() -> Int32 {
        do {
            let options = try Options(Array(arguments.dropFirst()))
            for index in 0..<options.people {
                let number = SyntheticPeople.identityNumber(division: options.code, index: index)
                write("\(number)\n", to: STDOUT_FILENO)
            }
            return 0
        } catch {
            write("citychain: \(error)\n", to: STDERR_FILENO)
            return 1
        }
    }

    private func listLicences() -> Int32 {
        do {
            let options = try Options(Array(arguments.dropFirst()))
            let records = SyntheticRecords(code: options.code)
            for number in 0..<SyntheticRecords.absentPerson {
                if let licence = records.licenceIdentifier(number) {
                    write("\(licence)\n", to: STDOUT_FILENO)
                }
            }
            if let business = records.businessCode { write("\(business)\n", to: STDOUT_FILENO) }
            return 0
        } catch {
            write("citychain: \(error)\n", to: STDERR_FILENO)
            return 1
        }
    }

    private func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
    }
}
