# Reference values for tests/test_statistics.py, by R alone. Run in this folder: Rscript oracle.R
# Numbers are written with 17 digits, so that they read back exactly.

a <- c(12, 15, 9, 22, 31, 8, 14, 19, 27, 11, 3)
b <- c(7, 5, 9, 6, 8, 4, 10, 7, 6, 11, 5, 8, 7)
c1 <- c(5, 7, 9, 6, 8, 10, 12, 4, 7, 9, 11, 6)
c2 <- c(4, 7, 8, 5, 8, 8, 11, 4, 6, 9, 9, 5)
c3 <- c(3, 6, 8, 5, 6, 7, 9, 4, 5, 8, 7, 5)
two <- matrix(c(12, 5, 20, 31), 2, byrow = TRUE)
strata <- array(c(12, 8, 20, 31, 6, 9, 14, 12, 20, 15, 25, 40), dim = c(2, 2, 3))
x1 <- c(0,1,1,0,1,0,1,1,0,0,1,0,1,1,0,1,0,0,1,1,0,1,0,1,0,1,1,0,0,1,1,0,1,0,1,0,0,1,1,0)
x2 <- c(2,3,1,4,5,2,3,6,1,2,4,3,5,6,2,1,3,4,5,2,1,6,3,4,2,5,4,3,2,1,6,2,3,4,5,1,2,6,4,3)
y  <- c(0,1,0,0,1,0,1,1,0,0,1,1,1,1,0,0,0,1,1,0,0,1,0,1,0,1,1,0,1,0,1,0,0,0,1,0,0,1,1,0)

out <- list()
put <- function(name, value) out[[name]] <<- value

w <- t.test(a, b); p <- t.test(a, b, var.equal = TRUE)
put("welch_t", w$statistic); put("welch_df", w$parameter); put("welch_p", w$p.value)
put("welch_low", w$conf.int[1]); put("welch_high", w$conf.int[2])
put("pooled_t", p$statistic); put("pooled_p", p$p.value); put("pooled_low", p$conf.int[1])
g <- factor(c(rep(1, length(a)), rep(2, length(b)))); v <- c(abs(a - mean(a)), abs(b - mean(b)))
l <- anova(lm(v ~ g)); put("levene_f", l[1, 4]); put("levene_p", l[1, 5])
m <- wilcox.test(a, b, exact = FALSE, correct = FALSE)
put("mann_whitney_u", m$statistic); put("mann_whitney_p", m$p.value)
put("mann_whitney_exact_p", wilcox.test(c(1.5, 2.5, 9.5, 4.5, 7.5), c(3.1, 8.1, 10.1, 11.1, 12.1, 6.1), exact = TRUE)$p.value)
f <- friedman.test(cbind(c1, c2, c3)); put("friedman_chi", f$statistic); put("friedman_p", f$p.value)
put("chi_square", chisq.test(two, correct = FALSE)$statistic); put("chi_square_p", chisq.test(two, correct = FALSE)$p.value)
put("chi_square_corrected", chisq.test(two)$statistic)
put("fisher_p", fisher.test(two)$p.value)
put("mcnemar_exact_p", binom.test(3, 14, 0.5)$p.value)
mc <- matrix(c(20, 11, 3, 25), 2, byrow = TRUE)
put("mcnemar_chi", mcnemar.test(mc, correct = FALSE)$statistic); put("mcnemar_corrected", mcnemar.test(mc)$statistic)
mh <- mantelhaen.test(strata, correct = FALSE)
put("mh_chi", mh$statistic); put("mh_p", mh$p.value); put("mh_or", mh$estimate)
put("mh_low", mh$conf.int[1]); put("mh_high", mh$conf.int[2])
fit <- glm(y ~ x1 + x2, family = binomial, control = glm.control(epsilon = 1e-14, maxit = 100))
put("logit_x1", coef(fit)[2]); put("logit_x2", coef(fit)[3])
put("logit_se_x1", summary(fit)$coefficients[2, 2]); put("logit_p_x1", summary(fit)$coefficients[2, 4])
put("shapiro_w", shapiro.test(c1)$statistic); put("shapiro_p", shapiro.test(c1)$p.value)
put("wilcoxon_p", wilcox.test(c1, c3, paired = TRUE, exact = FALSE, correct = FALSE)$p.value)
put("holm_2", p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")[2])

# Intervals of effects by inversion: the parameter under which the statistic seen lies at the 97.5 and 2.5 % points.
inverted <- function(cdf, upper) {
  at <- function(wanted) uniroot(function(nc) cdf(nc) - wanted, c(0, upper), tol = 1e-13)$root
  c(if (cdf(0) <= 0.975) 0 else at(0.975), if (cdf(0) <= 0.025) 0 else at(0.025))
}
three <- matrix(c(30, 10, 5, 12, 25, 8, 9, 12, 28), 3, byrow = TRUE)
x2 <- chisq.test(three, correct = FALSE)
size <- sum(three) * 2
v <- sqrt(inverted(function(nc) pchisq(x2$statistic, 4, nc), 500) / size)
put("cramers_v", sqrt(x2$statistic / size)); put("cramers_v_low", v[1]); put("cramers_v_high", v[2])
w <- inverted(function(nc) pchisq(f$statistic, 2, nc), 500) / (12 * 2)
put("kendalls_w_low", w[1])
weak <- friedman.test(cbind(c1, rev(c1), c2)); w <- inverted(function(nc) pchisq(weak$statistic, 2, nc), 500) / (12 * 2)
put("weak_w", weak$statistic / 24); put("weak_w_low", w[1]); put("weak_w_high", w[2])
long <- data.frame(score = c(c1, c2, c3), time = factor(rep(1:3, each = 12)), person = factor(rep(1:12, 3)))
fit <- summary(aov(score ~ time + Error(person / time), long))[[2]][[1]]
put("rm_anova_f", fit[1, 4])
eta <- inverted(function(nc) pf(fit[1, 4], 2, 22, nc), 2000)
eta <- eta / (eta + 12 * 2)
put("partial_eta_squared", fit[1, 2] / sum(fit[, 2])); put("partial_eta_squared_low", eta[1]); put("partial_eta_squared_high", eta[2])
share <- m$statistic / (length(a) * length(b)); half <- (length(a) + length(b)) / 2 - 1
spread <- function(t) sqrt(t * (1 - t) * (1 + half * ((1 - t) / (2 - t) + t / (1 + t))) / (length(a) * length(b)))
limit <- function(low, high) uniroot(function(t) abs(t - share) - qnorm(0.975) * spread(t), c(low, high), tol = 1e-14)$root
put("rank_biserial", 2 * share - 1)
put("rank_biserial_low", 2 * limit(0, share) - 1); put("rank_biserial_high", 2 * limit(share, 1) - 1)

lines <- c("name,value", paste(names(out), sprintf("%.17g", unlist(out)), sep = ","))
writeLines(lines, "oracle.csv")
