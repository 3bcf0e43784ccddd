"""The kind `lightgbm`: boosted trees on words and numbers, one booster per fold, averaged."""
