// SPDX-License-Identifier: Apache-2.0

/// A peer's bodies under way in blocks, in both directions; bounded, and each forgotten when it is not gone on with. No I/O.
struct ServerTransfers {
    /// A body on its way in: put together here, or handed on to a handler.
    struct Upload {
        let key: TransferKey
        var body: ServerUpload
        var stream: ServerUploadStream?
        var lastUsed: MonotonicTime
        var size: Int { body.bytes.count + ServerTransfers.overhead + key.size }
    }

    /// A body on its way out.
    struct Download {
        let key: TransferKey
        var body: ServerDownload
        var lastUsed: MonotonicTime
        var size: Int { body.size + ServerTransfers.overhead + key.size }
    }

    /// What a transfer takes besides its bytes, roughly.
    static let overhead = 256

    // Few: looked through one by one, newest last.
    private(set) var uploads: [Upload] = []
    private(set) var downloads: [Download] = []

    /// The bytes all of them hold.
    private(set) var byteCount = 0

    /// When what is unused for longest was used; nil without transfers.
    var oldestUse: MonotonicTime? {
        let first = uploads.first?.lastUsed
        guard let second = downloads.first?.lastUsed else { return first }
        return first.map { min($0, second) } ?? second
    }

    /// True when a handler reads the body with this key while it comes.
    func isRead(_ key: TransferKey) -> Bool { uploads.contains { $0.key == key && $0.stream != nil } }

    /// True when the body with this key is on its way in.
    func isUnderWay(_ key: TransferKey) -> Bool { uploads.contains { $0.key == key } }

    /// Takes an upload out, to go on with it or to end it.
    mutating func takeUpload(_ key: TransferKey) -> Upload? {
        guard let index = uploads.lastIndex(where: { $0.key == key }) else { return nil }
        let upload = uploads.remove(at: index)
        byteCount -= upload.size
        return upload
    }

    /// Puts an upload in, as the newest; the oldest of too many is returned and given up.
    mutating func put(_ upload: Upload, limit: Int) -> Upload? {
        var dropped: Upload?
        if uploads.count >= limit {
            dropped = uploads.removeFirst()
            byteCount -= dropped?.size ?? 0
        }
        uploads.append(upload)
        byteCount += upload.size
        return dropped
    }

    /// The body that is being sent for a request like this; it counts as used now.
    mutating func download(_ key: TransferKey, requestHash: UInt64?, at now: MonotonicTime) -> ServerDownload? {
        guard let index = downloads.lastIndex(where: { $0.key == key }) else { return nil }
        // The blocks after the first are asked for without the request's own body, or with the same.
        if let requestHash, requestHash != downloads[index].body.requestHash { return nil }
        if index == downloads.count - 1 {
            downloads[index].lastUsed = now
            return downloads[index].body
        }
        var found = downloads.remove(at: index)
        found.lastUsed = now
        downloads.append(found)
        return found.body
    }

    /// The body sent last for a request like this, which is not used by that.
    func peek(_ key: TransferKey) -> ServerDownload? { downloads.last { $0.key == key }?.body }

    /// Keeps a body to send more blocks of it; the oldest of too many is forgotten.
    mutating func keep(_ body: ServerDownload, for key: TransferKey, at now: MonotonicTime, limit: Int) {
        if let index = downloads.lastIndex(where: { $0.key == key }) {
            byteCount -= downloads.remove(at: index).size
        } else if downloads.count >= limit {
            byteCount -= downloads.removeFirst().size
        }
        let download = Download(key: key, body: body, lastUsed: now)
        downloads.append(download)
        byteCount += download.size
    }

    /// Takes out what was not used for a time.
    ///
    /// - Returns: the uploads among it, which somebody may wait for.
    mutating func expire(unusedSince limit: MonotonicTime) -> [Upload] {
        guard let oldestUse, oldestUse <= limit else { return [] }
        let ended = uploads.filter { $0.lastUsed <= limit }
        if !ended.isEmpty { uploads.removeAll { $0.lastUsed <= limit } }
        downloads.removeAll { $0.lastUsed <= limit }
        byteCount = uploads.reduce(0) { $0 + $1.size } + downloads.reduce(0) { $0 + $1.size }
        return ended
    }

    /// Takes everything out.
    mutating func removeAll() -> [Upload] {
        let ended = uploads
        self = ServerTransfers()
        return ended
    }
}
