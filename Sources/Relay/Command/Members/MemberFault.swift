// SPDX-License-Identifier: Apache-2.0

import Federation

/// Why a member command says no: a stable code, what is known, and what to do next.
struct MemberFault: Error, CustomStringConvertible {
    let code: String
    let problem: String
    let next: String
    var status = ExitStatus.negative

    init(_ code: String, _ problem: String, _ next: String, status: ExitStatus = .negative) {
        self.code = code
        self.problem = problem
        self.next = next
        self.status = status
    }

    init(_ error: ManifestError) { self.init(error.code, error.problem, error.remedy) }

    init(_ fault: ManifestFault) { self.init(fault.code, fault.problem, fault.remedy) }

    init(_ error: RequestError) { self.init(error.code, error.problem, error.remedy) }

    var description: String { "\(code): \(problem). Next: \(next)." }

    var json: JSONText {
        .object([
            ("error", .string(code)), ("problem", .string(problem)), ("next", .string(next)),
        ])
    }
}

/// Runs a command's work, and answers what went wrong in one form.
enum MemberAnswer {
    static func run(
        _ arguments: Arguments, _ console: inout Console,
        _ work: (inout Console) throws -> ExitStatus
    ) throws -> ExitStatus {
        do {
            return try work(&console)
        } catch let error as ManifestError {
            return refuse(findings(of: error), arguments, &console)
        } catch let error as RenewalError {
            return refuse(
                [MemberFault(error.code, error.problem, error.remedy)], arguments, &console)
        } catch let error as RequestError {
            return refuse([MemberFault(error)], arguments, &console)
        } catch let fault as MemberFault {
            return refuse([fault], arguments, &console)
        } catch let problem as RelayCaller.Problem {
            let next = problem.next.hasSuffix(".") ? String(problem.next.dropLast()) : problem.next
            return refuse(
                [MemberFault(problem.code, problem.message, next)], arguments, &console)
        } catch let nobody as RelayCaller.Unreachable {
            return refuse(
                [
                    MemberFault(
                        "relay/not-reached",
                        "\(nobody.address) does not answer: \(nobody.detail)",
                        "start the relay, or name its file with --config", status: .unavailable)
                ], arguments, &console)
        }
    }

    /// Every finding of an unsound manifest is told, each with its own code.
    private static func findings(of error: ManifestError) -> [MemberFault] {
        guard case .unsound(let findings) = error else { return [MemberFault(error)] }
        return findings.map {
            MemberFault($0.fault.code, "\($0.path): \($0.fault.problem)", $0.fault.remedy)
        }
    }

    private static func refuse(
        _ faults: [MemberFault], _ arguments: Arguments, _ console: inout Console
    ) -> ExitStatus {
        if arguments.isJSON {
            console.print(.object([("errors", .array(faults.map(\.json)))]))
        }
        for fault in faults { console.report("cityrelay: \(fault)") }
        return faults.first?.status ?? .negative
    }
}
