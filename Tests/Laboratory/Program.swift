// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import Glibc
import RelayTransport
import TestSupport

// Unsafe: posix_spawn takes C arrays. No pointer leaves this file.

/// Programs that tests start: issue.sh, curl, h2spec. Bounded by a time, output kept.
package enum Program {
    package struct Result {
        package let status: Int32
        package let output: String
    }

    /// Where a program lies: in the usual places, else in PATH.
    package static func path(_ name: String) -> String? {
        let places = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            ["/usr/bin", "/usr/sbin", "/bin"] + places.split(separator: ":").map(String.init)
        return folders.map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
    }

    /// Where the build leaves its programs: beside the test bundle, or where it usually does.
    package static let buildFolders: [String] = {
        let executable = CommandLine.arguments.first ?? ""
        let beside = executable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return [beside.joined(separator: "/")]
            + ["debug", "release"].map { "\(Corpus.root)/.build/\($0)" }
    }()

    /// The folder that has all of these programs; nil where they are not built.
    package static func folder(
        with names: [String], among folders: [String] = buildFolders
    ) -> String? {
        folders.first { folder in
            names.allSatisfy { unsafe access("\(folder)/\($0)", X_OK) == 0 }
        }
    }

    /// Starts a program; standard output and error go to a file.
    package static func start(_ arguments: [String], output: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var strings = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe strings.indices { unsafe free(strings[index]) }
        }
        var pid = pid_t()
        let result = unsafe posix_spawn(&pid, arguments[0], &actions, nil, &strings, environ)
        guard result == 0 else { throw TransportError(.badAnswer, "cannot start \(arguments[0])") }
        return pid
    }

    /// Ends a program that `start` began. Not by SIGTERM: it inherits our threads' blocked signals.
    package static func end(_ pid: pid_t) {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
    }

    /// The exit status of a program that has ended, once; 256 and the signal that ended it; nil: it
    /// runs.
    package static func status(_ pid: pid_t) -> Int32? {
        var status: Int32 = 0
        guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 256 + (status & 0x7f)
    }

    package static func run(_ arguments: [String], seconds: Int = 60) throws -> Result {
        let file = "\(Laboratory.folder)/output-\(UInt64.random(in: 0...UInt64.max))"
        let pid = try start(arguments, output: file)
        var status: Int32 = 0
        for _ in 0..<seconds * 50 {
            if unsafe waitpid(pid, &status, WNOHANG) == pid {
                let text = String(decoding: try Corpus.read(file), as: UTF8.self)
                return Result(status: (status >> 8) & 0xff, output: text)
            }
            usleep(20_000)
        }
        kill(pid, SIGKILL)
        _ = unsafe waitpid(pid, &status, 0)
        return Result(status: -1, output: "\(arguments[0]) was still running after \(seconds) s")
    }
}
