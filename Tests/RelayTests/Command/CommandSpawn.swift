// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: posix_spawn takes C arrays. No pointer leaves this file.

/// Runs a program to its end, its output thrown away.
enum Spawn {
    static func run(_ words: [String]) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for unsafe word in unsafe arguments { unsafe free(word) } }
        var child: pid_t = 0
        var status = unsafe posix_spawnp(&child, words[0], &actions, nil, arguments, environ)
        guard status == 0 else { throw POSIXFailure(status) }
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}
