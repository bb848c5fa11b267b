/*
 * Changing a plan: read, change, write, under a lock that all ncprof processes take.
 *
 *     struct transaction transaction;
 *     if (transaction_begin(&transaction, path, wait_ms, err))
 *         return -1;
 *     ... change transaction.plan->root ...
 *     return transaction_commit(&transaction, err);    or transaction_abandon(&transaction)
 *
 * The lock is a file of its own, PLAN.lock beside the plan, because a commit puts a new file in the
 * plan's place: a lock on the plan itself would stay behind with the old one. It is an open file
 * description lock (fcntl): the kernel drops it with its holder however that ends, and it is not
 * lost when another part of the program closes the same file. The file stays, empty.
 *
 * A commit writes PLAN.new, syncs it, renames it over the plan and syncs the folder: a reader sees
 * the old plan or the new one, and so does whoever comes back after a power cut. Mode and, where
 * allowed, owner of the file are kept; a symbolic link to it stays one.
 */
#ifndef NCPROF_CAPTURE_PLAN_TRANSACTION_H
#define NCPROF_CAPTURE_PLAN_TRANSACTION_H

#include "capture/plan/plan.h"

#define TRANSACTION_WAIT_MS 10000

struct transaction {
    struct plan *plan; /* its runs[] are as they were read; root is what will be written */
    int lock;          /* a child process closes it */
};

/* Waits at most `wait_ms` for the lock; then it is an error, which tells who may hold it. */
int transaction_begin(struct transaction *transaction, const char *path, int wait_ms,
                      struct error *err);
/* Ends it either way; after an error the file is as it was. What is no valid plan is not written.
 */
int transaction_commit(struct transaction *transaction, struct error *err);
void transaction_abandon(struct transaction *transaction);

#endif
