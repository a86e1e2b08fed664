// SPDX-License-Identifier: Apache-2.0

import CCurl

// Unsafe: owns one curl easy handle and the header list that it points to.

/// One request to a node, from its options to its outcome. Touched on its loop's thread only.
@safe
final class NodeTransfer {
    let id: UInt64
    let url: String
    let easy: UnsafeMutableRawPointer
    let completion: @Sendable (Result<NodeResponse, TransportError>) -> Void
    private let limit: Int
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(
        id: UInt64, _ request: NodeRequest, _ limits: NodeHTTPLimits, _ authorityFile: String?,
        _ completion: @escaping @Sendable (Result<NodeResponse, TransportError>) -> Void
    ) throws(TransportError) {
        guard request.url.hasPrefix("http://") || request.url.hasPrefix("https://") else {
            throw TransportError(.badAddress, "\"\(request.url.prefix(200))\" is no HTTP address")
        }
        guard let made = unsafe curl_easy_init() else {
            throw TransportError(.badAnswer, "\(request.url): out of memory")
        }
        self.id = id
        url = request.url
        unsafe easy = unsafe made
        self.completion = completion
        limit = limits.bodyBytes
        // No "Expect: 100-continue": a node would make us wait for nothing.
        unsafe headers = curl_slist_append(nil, "Expect:")
        if request.method == .post {
            unsafe headers = curl_slist_append(headers, "Content-Type: \(request.contentType)")
        }
        configure(request, limits, authorityFile)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headers)
    }

    private func configure(
        _ request: NodeRequest, _ limits: NodeHTTPLimits, _ authorityFile: String?
    ) {
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe cityrelay_curl_set_text(easy, CURLOPT_URL, request.url)
        unsafe cityrelay_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe cityrelay_curl_set_text(easy, CURLOPT_PROXY, "")
        unsafe cityrelay_curl_set_text(easy, CURLOPT_USERAGENT, "cityrelay")
        unsafe cityrelay_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        unsafe cityrelay_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        unsafe cityrelay_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        unsafe cityrelay_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        unsafe cityrelay_curl_set_long(
            easy, CURLOPT_CONNECTTIMEOUT_MS, limits.connectMilliseconds)
        unsafe cityrelay_curl_set_long(
            easy, CURLOPT_TIMEOUT_MS, max(1, request.timeoutMilliseconds))
        unsafe cityrelay_curl_set_offset(
            easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limits.bodyBytes))
        unsafe cityrelay_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
        unsafe cityrelay_curl_set_pointer(easy, CURLOPT_PRIVATE, owner)
        unsafe cityrelay_curl_set_pointer(easy, CURLOPT_WRITEDATA, owner)
        unsafe cityrelay_curl_set_write(easy) { bytes, size, count, owner in
            guard let owner = unsafe owner, let bytes = unsafe bytes else { return 0 }
            let transfer = unsafe Unmanaged<NodeTransfer>.fromOpaque(owner).takeUnretainedValue()
            return unsafe transfer.receive(
                UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        if let authorityFile { unsafe cityrelay_curl_set_text(easy, CURLOPT_CAINFO, authorityFile) }
        guard request.method == .post else { return }
        unsafe cityrelay_curl_set_offset(
            easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
        _ = unsafe request.body.withUnsafeBytes { bytes in
            // An empty array has no address, and curl would read a body from standard input.
            if let base = bytes.baseAddress, bytes.count > 0 {
                unsafe cityrelay_curl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: base))
            } else {
                unsafe cityrelay_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
            }
        }
    }

    /// What curl asks to be taken; any other number than its own makes it give up.
    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= limit else {
            isTooLarge = true
            body = []
            return 0
        }
        unsafe body.append(contentsOf: bytes)
        return bytes.count
    }

    func outcome(_ result: CURLcode) -> Result<NodeResponse, TransportError> {
        guard result != CURLE_OK else {
            var status = 0
            unsafe cityrelay_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
            return .success(NodeResponse(status: status, body: body))
        }
        let words = unsafe String(cString: curl_easy_strerror(result))
        let code: TransportError.Code
        switch result {
        case CURLE_OPERATION_TIMEDOUT: code = .timeout
        case CURLE_COULDNT_CONNECT: code = .cannotConnect
        case CURLE_COULDNT_RESOLVE_HOST: code = .cannotResolve
        case CURLE_PEER_FAILED_VERIFICATION: code = .wrongAuthority
        case CURLE_SSL_CONNECT_ERROR: code = .handshakeFailed
        case CURLE_SSL_CACERT_BADFILE: code = .badCredentials
        case CURLE_FILESIZE_EXCEEDED: code = .bodyTooLarge
        case CURLE_WRITE_ERROR: code = isTooLarge ? .bodyTooLarge : .badAnswer
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            code = .connectionLost
        case CURLE_URL_MALFORMAT: code = .badAddress
        // CURLE_UNSUPPORTED_PROTOCOL too: the scheme was checked, so the answer was no HTTP/1.1.
        default: code = .badAnswer
        }
        return .failure(TransportError(code, "\(url): \(words)"))
    }
}
