// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Logging

/// Keeps a running server's credentials as the keys folder has them, and says when they run out.
///
/// It reads the folder when its files change and when SIGHUP comes. What makes no sense changes nothing: the server goes on with
/// what it has.
actor CredentialKeeper {
    private let folder: KeyFolder
    private let watch: FileWatch
    private let logger: Logger
    private let apply: @Sendable (ServerSecurity) async throws(CoAPError) -> Int
    private var security: ServerSecurity
    private var lastComplaints: [String] = []
    private var warnings = ExpiryWarnings()
    private let gauges = ExpiryGauges()

    /// How many warnings of one look are written one by one.
    private static let shownWarnings = 10

    /// A keeper.
    ///
    /// - Parameters:
    ///   - folder: where the credentials are.
    ///   - watch: a watch on the folder that is older than what was read from it.
    ///   - security: what was read from it, which the server has been started with.
    ///   - apply: gives the server other credentials; returns how many sessions that ended.
    init(
        _ folder: KeyFolder, _ watch: FileWatch, _ security: ServerSecurity, logger: Logger,
        apply: @escaping @Sendable (ServerSecurity) async throws(CoAPError) -> Int
    ) {
        self.folder = folder
        self.watch = watch
        self.security = security
        self.logger = logger
        self.apply = apply
    }

    /// Works until the task is cancelled.
    func run() async {
        // Apart from the rest: to look at a large fleet takes a while, and whoever is revoked meanwhile must not wait for it.
        let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        look.yield()
        let (watch, folder) = (watch, folder)
        await withTaskGroup { group in
            group.addTask {
                await Reloading.run(watch) {
                    await self.read()
                    look.yield()
                }
            }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(3600))) != nil { look.yield() }
            }
            group.addTask { for await _ in looks { await self.warn(folder.expiringCredentials()) } }
        }
    }

    /// Reads the folder and gives the server what is in it.
    private func read() async {
        do throws(CoAPError) {
            var complaints: [String] = []
            let new = try folder.serverSecurity(keeping: security) { complaints.append($0.description) }
            let closed = try await apply(new)
            complain(complaints)
            let change = SecurityChange(from: security, to: new, now: Int64(time(nil)))
            security = new
            let sessions = closed == 1 ? "1 session" : "\(closed) sessions"
            logger.notice("credentials reloaded: \(change), \(sessions) closed")
        } catch {
            complain(["\(error.description); the server keeps the credentials it has"])
        }
    }

    /// Says what is wrong, once: until it is mended or something else is.
    private func complain(_ texts: [String]) {
        for text in texts where !lastComplaints.contains(text) { logger.error("\(text)") }
        lastComplaints = texts
    }

    /// Says what runs out soon.
    private func warn(_ all: [ExpiringCredential]) {
        let now = Int64(time(nil))
        gauges.record(all, now: now)
        let due = warnings.due(all, now: now)
        for warning in due.prefix(Self.shownWarnings) { logger.warning("\(warning.message)") }
        if due.count > Self.shownWarnings {
            logger.warning(
                "\(due.count - Self.shownWarnings) more keys and certificates expire soon; see: coap keys list")
        }
    }
}
